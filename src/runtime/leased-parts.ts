import type { HeldLease } from './held-lease.js';
import type { Tenant } from './lease-keeper.js';

export interface RunningPart {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Things that one process at a time runs as a whole: each is made when its lease is taken, and stopped after it. */
export class LeasedParts implements Tenant {
  readonly resources: readonly string[];
  private readonly running = new Map<string, RunningPart>();

  constructor(
    readonly pool: string,
    private readonly make: Readonly<Record<string, (lease: HeldLease) => RunningPart>>,
  ) {
    this.resources = Object.keys(make);
  }

  async take(leases: readonly HeldLease[]): Promise<void> {
    await Promise.all(
      leases.map(async (lease) => {
        const part = this.make[lease.resource]!(lease);
        this.running.set(lease.resource, part);
        await part.start();
      }),
    );
  }

  async giveUp(resources: readonly string[]): Promise<void> {
    await Promise.all(
      resources.map(async (resource) => {
        const part = this.running.get(resource);
        this.running.delete(resource);
        await part?.stop();
      }),
    );
  }

  /** The part finds out by its fence that nothing of it is taken any more; what is left to do is to end it. */
  lose = (resources: readonly string[]): Promise<void> => this.giveUp(resources);
}
