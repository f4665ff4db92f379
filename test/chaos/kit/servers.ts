import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startNats } from '../../../src/embedded/nats.js';
import { startPostgres } from '../../../src/embedded/postgres.js';
import type { RunningPart } from '../../../src/embedded/server-process.js';
import { type Stack, startStack } from '../../../src/embedded/supervisor.js';

const built = (name: string) => new URL(`../../../dist/embedded/${name}.process.js`, import.meta.url);

/** A server that can be killed, stopped in its tracks and brought back where it was. */
export class Server {
  private constructor(
    readonly folder: string,
    private readonly start: (port: number) => Promise<RunningPart>,
    private part: RunningPart,
  ) {}

  static async open(folder: string, start: (port: number) => Promise<RunningPart>): Promise<Server> {
    return new Server(folder, start, await start(0));
  }

  get url(): string {
    return this.part.url;
  }

  get pid(): number {
    return this.part.pid;
  }

  /** SIGKILL, then `meanwhile`, then the same server on the same port. */
  async restart(meanwhile: () => Promise<void> | void = () => undefined): Promise<void> {
    const port = Number(new URL(this.url).port);
    process.kill(this.pid, 'SIGKILL');
    await this.part.stop();
    try {
      await meanwhile();
    } finally {
      this.part = await this.start(port);
    }
  }

  async pause(ms: number): Promise<void> {
    const { pid } = this;
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    process.kill(pid, 'SIGCONT');
  }

  stop = (): Promise<void> => this.part.stop();
}

export interface Servers {
  readonly postgres: Server;
  readonly nats: Server;
  readonly stack: Stack;
  /** forgets everything JetStream keeps; only while NATS is down */
  wipeJetStream(): void;
  stop(): Promise<void>;
}

/** A real Postgres, NATS and chain, each on its own so that each can be killed alone. */
export async function openServers(folder: string, registryUrl: string): Promise<Servers> {
  const natsFolder = join(folder, 'nats');
  const [postgres, nats] = await Promise.all([
    Server.open(join(folder, 'postgres'), (port) =>
      startPostgres({ dataDir: join(folder, 'postgres'), ...(port && { port }) }),
    ),
    Server.open(natsFolder, (port) => startNats({ dataDir: natsFolder, ...(port && { port }) })),
  ]);
  const stack = await startStack({
    dataDir: folder,
    env: { DATABASE_URL: postgres.url, NATS_URL: nats.url, REGISTRY_URL: registryUrl },
    entries: { chain: built('chain'), services: built('services') },
  });
  process.once('exit', () => [postgres, nats].forEach(killed));
  return {
    postgres,
    nats,
    stack,
    wipeJetStream: () => rmSync(join(natsFolder, 'jetstream'), { recursive: true, force: true }),
    async stop() {
      await stack.stop();
      await nats.stop();
      await postgres.stop();
    },
  };
}

/** They outlive their parent, so that it may die and find them again; here nobody will look for them. */
function killed({ pid }: Server): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // stopped already
  }
}
