import type { Clock } from '../ports/clock.js';
import type { ReadModels } from '../ports/read-models.js';
import type { ReadModel } from './own-writes.js';

/** ms for which what was found is believed */
const BELIEVED_MS = 1_000;

type ModelsByStream = ReadonlyMap<string, ReadonlySet<string>>;

/** Which read models have old rows of something, since they could not take one of its events. */
export class LeftOut {
  private found: Promise<ModelsByStream> | undefined;
  private foundAt = 0;

  constructor(
    private readonly readModels: Pick<ReadModels, 'parked'>,
    private readonly clock: Clock,
  ) {}

  /** @returns those of `models`; none where that cannot be found out: what is read is not held up by it */
  async of(stream: string, models: readonly ReadModel[]): Promise<readonly ReadModel[]> {
    const found = await this.look().catch(() => undefined);
    const its = found?.get(stream);
    return its ? models.filter((model) => its.has(model)) : [];
  }

  private look(): Promise<ModelsByStream> {
    const now = this.clock.now();
    // a clock may be put back
    if (!this.found || Math.abs(now - this.foundAt) > BELIEVED_MS) {
      this.foundAt = now;
      this.found = this.byStream();
    }
    return this.found;
  }

  private async byStream(): Promise<ModelsByStream> {
    const streams = new Map<string, Set<string>>();
    for (const { model, stream } of await this.readModels.parked())
      streams.set(stream, (streams.get(stream) ?? new Set()).add(model));
    return streams;
  }
}
