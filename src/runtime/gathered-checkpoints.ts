import { Coalescer } from '../kernel/coalescer.js';
import type { Position } from '../kernel/event.js';
import type { CheckpointStore, Claim, Move } from '../ports/checkpoints.js';

interface Save {
  readonly moves: readonly Move[];
  refused: readonly string[];
}

/** Every saga saves by itself, all in the same moment: what comes together is written by one statement. */
const PACE_MS = 50;

export class GatheredCheckpoints implements CheckpointStore {
  private readonly saves: Coalescer<Save>;

  constructor(private readonly store: CheckpointStore) {
    this.saves = new Coalescer((saves) => this.write(saves), 500, PACE_MS);
  }

  load(subscriber: string): Promise<Position | undefined> {
    return this.store.load(subscriber);
  }

  claim(claims: readonly Claim[]): Promise<ReadonlyMap<string, Position | undefined>> {
    return this.store.claim(claims);
  }

  async save(moves: readonly Move[]): Promise<readonly string[]> {
    const save: Save = { moves, refused: [] };
    await this.saves.add(save);
    return save.refused;
  }

  /** A part may have changed hands within this process: its newest holder is the one that counts. */
  private async write(saves: readonly Save[]): Promise<void> {
    const newest = new Map<string, Move>();
    for (const move of saves.flatMap(({ moves }) => moves)) {
      const before = newest.get(move.subscriber);
      if (!before || before.epoch <= move.epoch) newest.set(move.subscriber, move);
    }
    const refused = new Set(await this.store.save([...newest.values()]));
    for (const save of saves)
      save.refused = save.moves
        .filter((move) => refused.has(move.subscriber) || newest.get(move.subscriber)!.epoch > move.epoch)
        .map(({ subscriber }) => subscriber);
  }
}
