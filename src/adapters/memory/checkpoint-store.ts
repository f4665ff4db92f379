import type { Position } from '../../kernel/event.js';
import type { CheckpointStore, Claim, Move } from '../../ports/checkpoints.js';

interface Checkpoint {
  readonly epoch: number;
  readonly position: Position | undefined;
}

export class MemoryCheckpointStore implements CheckpointStore {
  private readonly checkpoints = new Map<string, Checkpoint>();

  async load(subscriber: string): Promise<Position | undefined> {
    return this.checkpoints.get(subscriber)?.position;
  }

  async claim(claims: readonly Claim[]): Promise<ReadonlyMap<string, Position | undefined>> {
    const granted = claims.filter((claim) => this.isOpenTo(claim));
    return new Map(
      granted.map(({ subscriber, epoch }) => {
        const position = this.checkpoints.get(subscriber)?.position;
        this.checkpoints.set(subscriber, { epoch, position });
        return [subscriber, position];
      }),
    );
  }

  async save(moves: readonly Move[]): Promise<readonly string[]> {
    const refused = moves.filter((move) => !this.isOpenTo(move));
    for (const { subscriber, epoch, position } of moves.filter((move) => this.isOpenTo(move)))
      this.checkpoints.set(subscriber, { epoch, position });
    return refused.map(({ subscriber }) => subscriber);
  }

  private isOpenTo({ subscriber, epoch }: Claim): boolean {
    return (this.checkpoints.get(subscriber)?.epoch ?? 0) <= epoch;
  }
}
