import { type Micros, toMicros } from '../../src/kernel/money.js';
import type { Custody, CustodyMovement, CustodyStatement } from '../../src/ports/custody.js';

/** A custodial account that a test writes the statement of. */
export class HandWrittenCustody implements Custody {
  readonly movements: CustodyMovement[] = [];

  move(signature: string, amount: bigint, ...memos: string[]): void {
    this.movements.push({ signature, slot: BigInt(this.movements.length + 1), amount, memos });
  }

  async statement(after: string | null, limit: number): Promise<CustodyStatement> {
    const from = this.movements.findIndex(({ signature }) => signature === after) + 1;
    const movements = this.movements.slice(from, from + limit);
    const read = from + movements.length;
    return {
      movements,
      upTo: movements.at(-1)?.signature ?? after,
      balance: this.balanceOf(read),
      complete: read === this.movements.length,
    };
  }

  private balanceOf(count: number): Micros {
    return toMicros(this.movements.slice(0, count).reduce((sum, { amount }) => sum + amount, 0n));
  }
}
