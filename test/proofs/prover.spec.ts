import { copyFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/adapters/snarkjs/package-root.js';
import { SnarkjsProver } from '../../src/adapters/snarkjs/snarkjs-prover.js';
import { Refusal } from '../../src/kernel/errors.js';
import { provingTask } from '../../src/receipts/circuit-inputs.js';
import { commitRun } from '../../src/receipts/run-commitments.js';
import { releasedKeys } from '../../src/verifier/verification-keys.js';
import { wholeTask } from '../kit/real-proof.js';
import { sampleRun } from '../kit/sample-run.js';

const circuit = 'workflow-receipt-8';

const inputs = () => {
  const run = sampleRun();
  return wholeTask(provingTask(run, commitRun(run))).inputs;
};

describe('the prover', () => {
  let prover: SnarkjsProver;
  beforeAll(async () => {
    prover = new SnarkjsProver();
    await prover.prepare();
  });
  afterAll(() => prover.close());

  it('proves a run whose commitments were made in TypeScript', async () => {
    const given = inputs();
    const made = await prover.prove(circuit, given);
    expect(made.publicSignals.slice(0, 3)).toEqual([
      given['workflowHash'],
      given['resultsRoot'],
      given['finalResultHash'],
    ]);
    expect(made).toMatchObject({ circuitId: circuit, keyKind: 'development' });
  });

  it('says that a run which breaks the plan cannot be proven, for good', async () => {
    const attempt = prover.prove(circuit, { ...inputs(), totalCost: '1' });
    await expect(attempt).rejects.toMatchObject({ code: 'PROOF_FAILED', kind: 'terminal' });
  });

  it('refuses inputs of another shape, and another circuit', async () => {
    await expect(prover.prove(circuit, { ...inputs(), costs: ['1'] })).rejects.toBeInstanceOf(Refusal);
    await expect(prover.prove(circuit, { ...inputs(), extra: '1' })).rejects.toBeInstanceOf(Refusal);
    await expect(prover.prove('workflow-receipt-17', inputs())).rejects.toMatchObject({
      code: 'UNKNOWN_CIRCUIT',
    });
  });

  it('makes every proof that waits although its process is killed meanwhile', async () => {
    const asked = [prover.prove(circuit, inputs()), prover.prove(circuit, inputs())];
    process.kill(prover.pid!, 'SIGKILL');
    const made = await Promise.all(asked);
    expect(made.map(({ publicSignals }) => publicSignals[0])).toEqual([
      inputs()['workflowHash'],
      inputs()['workflowHash'],
    ]);
  });

  it('tells how far a proof is, and makes it again when its process is killed halfway', async () => {
    const told: string[] = [];
    const killed = prover.pid!;
    const { publicSignals } = await prover.prove(circuit, inputs(), ({ stage, done }) => {
      told.push(`${stage} ${done}`);
      if (stage === 'proving' && done > 0.3 && prover.pid === killed) process.kill(killed, 'SIGKILL');
    });
    expect(publicSignals[0]).toBe(inputs()['workflowHash']);
    expect(prover.pid).not.toBe(killed);
    const again = told.indexOf('preparing 0');
    expect(told.slice(0, 3)).toEqual(['witness 0', 'proving 0', 'proving 0.1']);
    expect(told.slice(again, again + 4)).toEqual(['preparing 0', 'witness 0', 'proving 0', 'proving 0.1']);
    expect(told.slice(-2)).toEqual(['proving 1', 'verifying 0']);
  });

  it('describes its circuit with the key that is pinned', async () => {
    const [described] = await prover.circuits();
    expect(described).toMatchObject({ circuitId: circuit, slots: 8, keyKind: 'development' });
    expect(described!.vkeyHash).toBe(releasedKeys[0]!.vkeyHash);
    expect(described!.publicSignals).toEqual(releasedKeys[0]!.publicSignals);
  });
});

describe('a prover that cannot go on', () => {
  it('gives a proof up as retryable when its process hangs twice', async () => {
    const prover = new SnarkjsProver({ limits: { timeoutMs: 30 } });
    await expect(prover.prove(circuit, inputs())).rejects.toMatchObject({
      code: 'PROVER_LOST',
      kind: 'retryable',
    });
    await prover.close();
  });

  it('builds its key again when the kept one is damaged', async () => {
    const kept = process.env['QUITTANCE_CACHE'] ?? join(packageRoot(), '.cache', 'zk');
    const cache = mkdtempSync(join(tmpdir(), 'quittance-keys-'));
    for (const name of readdirSync(kept)) copyFileSync(join(kept, name), join(cache, name));
    for (const name of readdirSync(cache))
      if (name.endsWith('.zkey')) truncateSync(join(cache, name), 1_000_000);
    const said: string[] = [];
    const prover = new SnarkjsProver({ cache });
    await prover.prepare((message) => said.push(message));
    expect((await prover.circuits())[0]!.vkeyHash).toBe(releasedKeys[0]!.vkeyHash);
    await prover.close();
    rmSync(cache, { recursive: true });
    expect(said[0]).toMatch(/the kept key of .* is damaged/);
  });

  it('starts no process for keys that lie there before it is calm', async () => {
    const prover = new SnarkjsProver();
    let isCalm = () => {};
    const calm = () => new Promise<void>((resolve) => (isCalm = resolve));
    const preparing = prover.prepare(undefined, calm);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(prover.pid).toBeUndefined();
    isCalm();
    await preparing;
    expect(prover.pid).toBeDefined();
    await prover.close();
  });

  it('refuses more than may wait, and what still waits when it is closed', async () => {
    const prover = new SnarkjsProver({ limits: { queue: 1 } });
    const asked = [1, 2, 3].map(() => prover.prove(circuit, inputs()));
    const ended = Promise.allSettled(asked);
    await prover.close();
    const codes = (await ended).map((each) => each.status === 'rejected' && each.reason.code);
    expect(codes).toEqual(['PROVER_LOST', 'PROVER_LOST', 'PROVER_BUSY']);
  });

  it('replaces a process that holds too much memory and goes on', async () => {
    const prover = new SnarkjsProver({ limits: { memoryBytes: 1 } });
    await prover.prepare();
    const first = prover.pid;
    await prover.prepare();
    const made = await prover.prove(circuit, inputs());
    expect(made.circuitId).toBe(circuit);
    expect(prover.pid).not.toBe(first);
    await prover.close();
  });
});
