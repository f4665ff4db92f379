import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { witnessGenerator } from '../../src/adapters/snarkjs/child/witness.mjs';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { commitPlanWords } from '../../src/kernel/commitments/plan-commitment.js';
import { commitResultWords, finalResultHash } from '../../src/kernel/commitments/results-root.js';

/**
 * The circuit hashes what it is given and compares, so every satisfied witness is a vector for each hash on the way
 * to the three commitments: two trees of three nodes each over random elements, and the hash above each, and the
 * result's. A wrong one anywhere gives another commitment.
 */
const HASHES_A_RUN = 9;
const RUNS = 112;
const SLOTS = 16;
const STEPS = 8;

let drawn = 0;
const random = (below: bigint): bigint => {
  const digest = createHash('sha512').update(`circuit-hashes/${drawn++}`).digest('hex');
  return BigInt(`0x${digest}`) % below;
};
const list = (value: (i: number) => bigint) =>
  Array.from({ length: SLOTS }, (_, i) => (i < STEPS ? value(i) : 0n));

function randomRun() {
  const costs = list(() => random(1n << 36n));
  const plan = {
    slots: SLOTS,
    stepCount: BigInt(STEPS),
    stepIds: list(() => random(FIELD)),
    ceilings: costs.map((cost) => cost),
    skippable: list(() => random(2n)),
    dependencyWords: [random(1n << 28n)],
    salt: random(FIELD),
  };
  const results = {
    slots: SLOTS,
    outputs: list(() => random(FIELD)),
    details: list(() => random(FIELD)),
    costs,
    attempts: list(() => 1n + random(255n)),
    // in the order of the plan, whatever depends on what
    seqs: list((i) => BigInt(i) * 100n + random(100n)),
    outcomes: list(() => 1n),
  };
  const maxCost = (1n << 51n) + random(1n << 51n);
  const [executionId, finalSalt] = [random(FIELD), random(FIELD)];
  const workflowHash = commitPlanWords(plan, maxCost);
  const stepCount = plan.stepCount;
  const texts = (values: readonly bigint[]) => values.slice(0, STEPS).map(String);
  return {
    workflowHash: `${workflowHash}`,
    resultsRoot: `${commitResultWords(results, { workflowHash, executionId, stepCount })}`,
    finalResultHash: finalResultHash(`${results.outputs[STEPS - 1]}`, `${finalSalt}`),
    stepCount: `${stepCount}`,
    totalCost: `${costs.reduce((sum, cost) => sum + cost, 0n)}`,
    maxCost: `${maxCost}`,
    executionId: `${executionId}`,
    context: `${random(FIELD)}`,
    concealCost: '0',
    planSalt: `${plan.salt}`,
    finalSalt: `${finalSalt}`,
    stepIds: texts(plan.stepIds),
    ceilings: texts(plan.ceilings),
    skippable: texts(plan.skippable),
    dependencyWords: plan.dependencyWords.map(String),
    outputs: texts(results.outputs),
    details: texts(results.details),
    costs: texts(results.costs),
    attempts: texts(results.attempts),
    seqs: texts(results.seqs),
    skipped: texts(list(() => 0n)),
  };
}

describe('the hashes of TypeScript and of the circuit', () => {
  it(`are the same, ${RUNS * HASHES_A_RUN} times over random elements`, async () => {
    const file = new URL('../../circuits/build/workflow-receipt-8.wasm.br', import.meta.url);
    const generate = await witnessGenerator(brotliDecompressSync(readFileSync(file)));
    for (let run = 0; run < RUNS; run++) generate(randomRun());
    const one = randomRun();
    for (const name of ['workflowHash', 'resultsRoot', 'finalResultHash'] as const)
      expect(() => generate({ ...one, [name]: `${BigInt(one[name]) - 1n}` })).toThrow('does not hold');
  });
});
