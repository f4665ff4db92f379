import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { MemoryLiveBus } from '../adapters/memory/live-bus.js';
import { proofsUnderWay, tellProgress } from './proof-progress.js';

it('what a prover tells of a proof is known to every process that answers', async () => {
  const live = new MemoryLiveBus();
  const processes = [proofsUnderWay(live), proofsUnderWay(live)];
  tellProgress(live)('rcpt_1', { stage: 'proving', done: 0.3 });
  await turn();
  for (const proofs of processes) {
    expect(proofs.of('rcpt_1')).toEqual({ stage: 'proving', done: 0.3 });
    expect(proofs.of('rcpt_2')).toBeUndefined();
  }
});
