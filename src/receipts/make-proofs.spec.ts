import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/errors.js';
import type { ProofResult, ProvingProgress } from '../ports/prover.js';
import type { ChainTask, WholeTask } from './circuit-inputs.js';
import { MakeProofs } from './make-proofs.js';

const chain: ChainTask = {
  provable: true,
  circuitId: 'workflow-chain-512',
  circuitVersion: '1',
  parts: () => [1, 2, 3, 4].map((n) => ({ circuitId: `segment-${n}`, inputs: { n: `${n}` } })),
};
const whole: WholeTask = { provable: true, circuitId: 'whole', circuitVersion: '1', inputs: {} };
const made = (circuitId: string) => ({ circuitId }) as ProofResult;
const lost = new Refusal('PROVER_LOST', 'The prover went away.', {}, 'retryable');

describe('the proofs of a run', () => {
  it('are one where one circuit holds it, and else all of its chain in their order', async () => {
    const proofs = new MakeProofs({ prove: async (circuitId) => made(circuitId) });
    const ids = async (task: WholeTask | ChainTask) =>
      (await proofs.make('rcpt_1', task, () => {})).map(({ circuitId }) => circuitId);
    expect(await ids(whole)).toEqual(['whole']);
    expect(await ids(chain)).toEqual(['segment-1', 'segment-2', 'segment-3', 'segment-4']);
  });

  it('tell which of how many is being made', async () => {
    const told: ProvingProgress[] = [];
    const proofs = new MakeProofs({
      prove: async (circuitId, _inputs, tell) => {
        tell?.({ stage: 'proving', done: 0.5 });
        return made(circuitId);
      },
    });
    await proofs.make('rcpt_1', chain, (progress) => told.push(progress));
    expect(told.map(({ part }) => part)).toEqual([1, 2, 3, 4].map((number) => ({ number, of: 4 })));
    expect(told[0]).toEqual({ stage: 'proving', done: 0.5, part: { number: 1, of: 4 } });
  });

  it('that were made before their prover was lost are not made again', async () => {
    const asked: string[] = [];
    let isLost = true;
    const proofs = new MakeProofs({
      prove: async (circuitId) => {
        asked.push(circuitId);
        if (isLost && circuitId === 'segment-3') throw lost;
        return made(circuitId);
      },
    });
    await expect(proofs.make('rcpt_1', chain, () => {})).rejects.toBe(lost);
    isLost = false;
    expect(await proofs.make('rcpt_1', chain, () => {})).toHaveLength(4);
    expect(asked).toEqual(['segment-1', 'segment-2', 'segment-3', 'segment-3', 'segment-4']);
    // of another receipt nothing is there, and of this one nothing is kept once it is whole
    await proofs.make('rcpt_2', chain, () => {});
    await proofs.make('rcpt_1', chain, () => {});
    expect(asked).toHaveLength(13);
  });

  it('are kept of a few receipts only', async () => {
    const asked: string[] = [];
    let isLost = true;
    const proofs = new MakeProofs({
      prove: async (circuitId) => {
        asked.push(circuitId);
        if (isLost && circuitId === 'segment-2') throw lost;
        return made(circuitId);
      },
    });
    for (let i = 0; i < 9; i++) await expect(proofs.make(`rcpt_${i}`, chain, () => {})).rejects.toBe(lost);
    isLost = false;
    asked.length = 0;
    await proofs.make('rcpt_8', chain, () => {});
    await proofs.make('rcpt_0', chain, () => {});
    expect(asked).toHaveLength(3 + 4);
  });
});
