import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { buildOnce, clean } from '../kit/installation.js';

const PROGRAM = fileURLToPath(new URL('../kit/processes/pauses.ts', import.meta.url));
const HOOKS = fileURLToPath(new URL('../kit/typescript.mjs', import.meta.url));
const RUNS = 12;
/** less than jest's own, so that it can say what it has seen */
const LIMIT_MS = 280_000;

// `npm run cluster -- --pause 60` is the same with a minute of pause and leases of ten seconds
it('processes paused past their leases, and others killed, under a load: every run is closed once, every step paid once', async () => {
  buildOnce();
  const args = ['--import', HOOKS, PROGRAM, '--runs', `${RUNS}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: LIMIT_MS,
    killSignal: 'SIGINT',
    env: clean(process.env),
  });
  const {
    heldBefore,
    closedMeanwhile,
    expected,
    takenOverAfterMs: _took,
    seconds: _seconds,
    ...seen
  } = JSON.parse(stdout) as {
    readonly heldBefore: readonly number[];
    readonly [figure: string]: unknown;
  };
  expect(heldBefore[0]).toBeGreaterThan(0);
  expect(Number(closedMeanwhile)).toBeGreaterThan(0);
  expect(seen).toEqual({
    statuses: { completed: RUNS },
    payments: expected,
    landedOnce: expected,
    closings: Array.from({ length: RUNS }, () => 1),
    rows: { workflows: RUNS, payments: expected, gapsInTimelines: 0 },
    objections: [],
  });
});
