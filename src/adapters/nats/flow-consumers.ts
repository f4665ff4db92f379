import type { JobFlow } from '../../ports/jobs.js';
import { type JobNames, jobConsumer } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

/** Consumers this process takes for made; the rest are made again before they are asked. */
const REMEMBERED = 10_000;

/** Makes the consumer of a flow when it is first needed, and again when the server has let go of it. */
export class FlowConsumers {
  private readonly made = new Set<string>();
  private readonly making = new Map<string, Promise<void>>();

  constructor(
    private readonly streams: DisposableStreams,
    private readonly names: JobNames,
    private readonly ackWaitMs: number,
  ) {}

  isMade(flow: JobFlow): boolean {
    return this.made.has(flow.key);
  }

  make(flow: JobFlow): Promise<void> {
    const known = this.making.get(flow.key);
    if (known) return known;
    const making = this.add(flow).finally(() => this.making.delete(flow.key));
    this.making.set(flow.key, making);
    return making;
  }

  /** The server does not know it: perhaps the stream is gone, too. */
  async makeAgain(flow: JobFlow): Promise<void> {
    this.made.delete(flow.key);
    await this.streams.restore();
    await this.make(flow);
  }

  private async add(flow: JobFlow): Promise<void> {
    const config = jobConsumer(this.names, flow, this.ackWaitMs);
    await this.streams.mending(async () => {
      const { consumers } = await this.streams.api();
      await consumers.add(this.names.jobs, config);
    });
    if (this.made.size >= REMEMBERED) this.made.clear();
    this.made.add(flow.key);
  }
}
