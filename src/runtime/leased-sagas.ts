import type { CheckpointStore } from '../ports/checkpoints.js';
import type { EventStore } from '../ports/event-store.js';
import type { Saga } from '../sagas/reaction.js';
import type { HeldLease } from './held-lease.js';
import type { Tenant } from './lease-keeper.js';
import type { Log } from './log.js';
import type { Reactor } from './reactor.js';
import { SagaRunner } from './saga-runner.js';
import { SAGA_PARTS, shareOf } from './saga-share.js';

const PREFIX = 'saga/';
const partOf = (resource: string): number => Number(resource.slice(PREFIX.length));

/**
 * All sagas of those parts of the work that this process holds. Parts that are taken together are read together, so
 * that one process alone reads every event once a saga, however many parts there are.
 */
export class LeasedSagas implements Tenant {
  readonly pool = 'saga';
  readonly resources = Array.from({ length: SAGA_PARTS }, (_, part) => PREFIX + part);
  private runners: SagaRunner[] = [];

  constructor(
    private readonly sagas: readonly Saga[],
    private readonly store: EventStore,
    private readonly checkpoints: CheckpointStore,
    private readonly reactor: Reactor,
    private readonly log: Log,
  ) {}

  async take(leases: readonly HeldLease[]): Promise<void> {
    const { store, checkpoints, reactor, log } = this;
    const fences = new Map(leases.map((lease) => [partOf(lease.resource), lease]));
    const share = shareOf(fences, await store.head());
    const fresh = this.sagas.map((saga) => new SagaRunner(saga, store, checkpoints, reactor, log, share));
    this.runners.push(...fresh);
    const starting = fresh.map((runner) => runner.start());
    // who fails makes all of them be given up: none may begin after that
    await Promise.allSettled(starting);
    await Promise.all(starting);
  }

  async giveUp(resources: readonly string[]): Promise<void> {
    const parts = resources.map(partOf);
    await Promise.all(this.runners.map((runner) => runner.leave(parts)));
    this.runners = this.runners.filter((runner) => !runner.isEmpty);
  }

  async lose(resources: readonly string[]): Promise<void> {
    const parts = resources.map(partOf);
    await Promise.all(this.runners.map((runner) => runner.forget(parts)));
    this.runners = this.runners.filter((runner) => !runner.isEmpty);
  }
}
