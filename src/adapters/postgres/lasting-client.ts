import pg from 'pg';

/** What the driver knows of its connection and its types do not. */
type Connected = pg.Client & { readonly processID?: number };

/** One connection that is made when first needed and made again after it broke. Nothing is retried in here. */
export class LastingClient {
  private current: Promise<pg.Client> | undefined;
  private backend: number | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly prepare: (client: pg.Client) => Promise<void> = async () => {},
    private readonly onLoss: () => void = () => {},
  ) {}

  /** the server's process at the other end, while there is one */
  get processId(): number | undefined {
    return this.backend;
  }

  async connected(): Promise<pg.Client> {
    if (this.closed) throw new Error('the connection is closed');
    this.current ??= this.connect();
    return this.current;
  }

  /** Gives up a connection of which nothing more is expected; the next one who asks gets a new one. */
  async discard(): Promise<void> {
    const client = await this.current?.catch(() => undefined);
    this.current = undefined;
    await client?.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.discard();
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `quittance ${this.name}`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      // a server that vanished without a word must not hold its client for ever
      query_timeout: 30_000,
    });
    let lost = false;
    const lose = (): void => {
      if (lost) return;
      lost = true;
      if (this.closed) return;
      this.current = undefined;
      this.backend = undefined;
      this.onLoss();
    };
    client.on('error', lose);
    client.on('end', lose);
    try {
      await client.connect();
      await this.prepare(client);
      this.backend = (client as Connected).processID;
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      lose();
      throw error;
    }
  }
}
