import type { ProofResult, Prover, ProvingProgress } from '../ports/prover.js';
import type { ChainTask, WholeTask } from './circuit-inputs.js';

/** chains whose prover was lost on the way; of more of them the oldest begin anew */
const MOST = 8;

/** Makes what a run is proven by: one proof, or those of a chain one after the other. */
export class MakeProofs {
  /** by receipt, what is made of a chain already: a prover that is lost costs one proof, not all of them */
  private readonly begun = new Map<string, readonly ProofResult[]>();

  constructor(private readonly prover: Pick<Prover, 'prove'>) {}

  /** @throws Refusal as the prover does; what was made by then is kept, and asking again goes on from there */
  async make(
    receiptId: string,
    task: WholeTask | ChainTask,
    tell: (progress: ProvingProgress) => void,
  ): Promise<readonly ProofResult[]> {
    if (!('parts' in task)) return [await this.prover.prove(task.circuitId, task.inputs, tell)];
    const parts = task.parts();
    let made = this.begun.get(receiptId) ?? [];
    for (const [i, { circuitId, inputs }] of parts.entries()) {
      if (i < made.length) continue;
      const part = { number: i + 1, of: parts.length };
      made = [...made, await this.prover.prove(circuitId, inputs, (progress) => tell({ ...progress, part }))];
      this.keep(receiptId, made);
    }
    this.begun.delete(receiptId);
    return made;
  }

  private keep(receiptId: string, made: readonly ProofResult[]): void {
    this.begun.delete(receiptId);
    this.begun.set(receiptId, made);
    if (this.begun.size <= MOST) return;
    const [oldest] = this.begun.keys();
    this.begun.delete(oldest!);
  }
}
