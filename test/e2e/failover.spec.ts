import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildOnce, clean } from '../kit/installation.js';

const PROGRAM = fileURLToPath(new URL('../kit/processes/failover.ts', import.meta.url));
const HOOKS = fileURLToPath(new URL('../kit/typescript.mjs', import.meta.url));
const RUNS = 20;
const LEASES_LAST_S = 36;
/** less than jest's own, so that it can say what it has seen */
const LIMIT_MS = 280_000;

it('what a process held that was killed is taken over long before its leases run out: every run is closed, every step paid once', async () => {
  buildOnce();
  const args = ['--import', HOOKS, PROGRAM, '--runs', `${RUNS}`, '--ttl', `${LEASES_LAST_S}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: LIMIT_MS,
    killSignal: 'SIGINT',
    env: clean(process.env),
  });
  const { heldBefore, takenOverAfterMs, closedAfterMs, expected, ...seen } = JSON.parse(stdout) as Record<
    string,
    unknown
  >;
  expect(heldBefore).toBeGreaterThan(0);
  // renewed a third of their life ago at most, they would have lasted for two thirds of it
  expect(takenOverAfterMs).toBeLessThan((LEASES_LAST_S * 2_000) / 3);
  // what a client had asked of the process that died, it may ask of another at once, not after a minute
  expect(closedAfterMs).toBeLessThan(50_000);
  expect(seen).toEqual({
    statuses: { completed: RUNS },
    payments: expected,
    landedOnce: expected,
    objections: [],
  });
});
