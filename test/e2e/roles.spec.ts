import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '../kit/folder.js';
import { buildOnce, clean } from '../kit/installation.js';
import { PATIENCE_MS } from '../kit/patience.js';

const PROGRAM = fileURLToPath(new URL('../kit/processes/roles.mjs', import.meta.url));
const ROLES = ['projector', 'api', 'saga', 'worker', 'worker', 'prover', 'relay'];

it('every role as a process of its own does the whole job, and each ends when told', async () => {
  buildOnce();
  const folder = temporaryFolder();
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, folder.path], {
      timeout: 2 * PATIENCE_MS,
      env: clean(process.env),
    });
    const { ends, spentMicro, payments, ...seen } = JSON.parse(stdout) as Record<string, unknown>;
    expect(seen).toEqual({ created: 201, readsItsOwnWrite: 200, approved: 200, status: 'completed' });
    expect(Number(payments)).toBeGreaterThanOrEqual(2);
    expect(BigInt(spentMicro as string)).toBeGreaterThan(0n);
    expect(ends).toEqual(ROLES.map((role) => ({ role, code: 0 })));
  } finally {
    folder.remove();
  }
});
