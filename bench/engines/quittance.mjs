import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, stop } from '../child.mjs';
import { call, until } from '../http.mjs';

/** A, then B, C and D side by side, then E: five steps that do nothing, and the step that assembles the result. */
const diamond = {
  steps: [
    { key: 'a', kind: 'data_transform', dependsOn: [], input: '{"step": "A"}' },
    ...['b', 'c', 'd'].map((key) => ({ key, kind: 'data_transform', dependsOn: ['a'], input: `{"step": "${key}"}` })),
    { key: 'e', kind: 'data_transform', dependsOn: ['b', 'c', 'd'], input: '{"step": "E"}' },
  ],
  result: { step: 'e', mediaType: 'application/json' },
};

/** A whole installation as its user starts it, driven through its HTTP API. fsync is on everywhere. */
export async function quittance({ root, dir }) {
  const data = join(dir, 'data');
  const env = { PORT: '0', RATE_LIMIT_PER_MIN: '1000000000', QUITTANCE_DATA: data, LOG_LEVEL: 'warn' };
  const child = start(process.execPath, [join(root, 'bin', 'quittance.mjs'), 'start', '--data', data], {
    cwd: root,
    env,
    logFile: join(dir, 'quittance.log'),
  });
  const runtime = join(data, 'runtime.json');
  await until(() => existsSync(runtime), 'our installation');
  const { api, apiKey } = JSON.parse(readFileSync(runtime, 'utf8'));
  const headers = { authorization: `Bearer ${apiKey}` };
  return {
    pid: child.pid,
    stop: () => stop(child),
    async w1() {
      const { workflow } = await call('POST', `${api}/workflows/create`, { plan: diamond, autoApprove: true }, headers);
      const { status } = await call('GET', `${api}/workflows/${workflow.id}/result?wait=30000`, undefined, headers);
      if (status !== 'completed') throw new Error(`workflow ${workflow.id} is ${status}`);
    },
  };
}
