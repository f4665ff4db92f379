/**
 * The set-up of docker-compose.yml on loopback: every role a process of its own (two workers) running the bundle,
 * on one set of servers. Prints one line of JSON with what a client saw of one paid run, and ends all it started.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLog } from '../../../dist/adapters/system/log.js';
import { buildEngine } from '../../../dist/composition/engine.js';
import { openParts } from '../../../dist/composition/parts.js';
import { openAccount } from '../../../dist/embedded/account.js';
import { configOf } from '../../../dist/embedded/stack-config.js';
import { startStack } from '../../../dist/embedded/supervisor.js';

const MAIN = fileURLToPath(new URL('../../../dist/bundle/main.mjs', import.meta.url));
const dataDir = process.argv[2];
const processes = [];

/** @returns what the process says when it is ready */
function start(role, env) {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...env, ROLE: role, PORT: '0', RATE_LIMIT_PER_MIN: '1000000' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  child.ended = new Promise((resolve) => child.once('exit', (code) => resolve({ role, code })));
  const ready = new Promise((resolve) => child.stdout.once('data', (line) => resolve(String(line))));
  return Promise.race([
    ready,
    child.ended.then(({ code }) => Promise.reject(new Error(`${role} ended with ${code}`))),
  ]);
}

const clientOf = (url, apiKey) => async (method, path, body, headers) => {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: await response.json(),
    position: response.headers.get('x-position'),
  };
};

/** As long as it takes: who started this program ends it when that is too long. */
async function until(ask, isGood) {
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    await sleep(50);
  }
}

async function oneRun(call) {
  const wish = { input: 'Draw a chart of unemployment over time', verificationLevel: 'zero-knowledge' };
  const created = await call('POST', '/workflows/create', wish);
  const { id } = created.body.workflow;
  const minPosition = { 'x-min-position': created.position };
  // while the read models are behind, a client is asked to come again
  const own = await until(
    () => call('GET', `/workflows/${id}`, undefined, minPosition),
    ({ status }) => status !== 503,
  );
  const planned = (answer) => answer.body.workflow.status === 'awaiting_approval';
  await until(() => call('GET', `/workflows/${id}`), planned);
  const approved = await call('POST', `/workflows/${id}/approve`, {});
  const result = await until(
    () => call('GET', `/workflows/${id}/result?wait=30000`),
    ({ body }) => body.status !== 'executing',
  );
  // a run that failed is never proven: there is nothing to wait for
  if (result.body.status !== 'completed') throw new Error(`the run ended ${JSON.stringify(result.body)}`);
  const proven = (answer) => answer.body.receipt?.zkStatus === 'verified';
  await until(() => call('GET', `/workflows/${id}/receipt`), proven);
  // the payments are another read model, which may know of the last of them a moment later
  const { body } = await until(
    () => call('GET', `/workflows/${id}`),
    ({ body: { workflow } }) => workflow.payments.length > 1 && workflow.savedMicro !== null,
  );
  return {
    created: created.status,
    readsItsOwnWrite: own.status,
    approved: approved.status,
    status: result.body.status,
    payments: body.workflow.payments.length,
    spentMicro: result.body.spentMicro,
  };
}

const stack = await startStack({ dataDir });
try {
  const config = configOf(stack, {});
  const given = Object.entries(config).filter(([, value]) => value !== undefined && value !== '');
  const env = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
  await start('projector', env);
  const [api] = await Promise.all(
    ['api', 'saga', 'worker', 'worker', 'prover', 'relay'].map((role) => start(role, env)),
  );
  const parts = await openParts({ ...config, ROLE: 'api' });
  const engine = buildEngine(parts, { ...config, ROLE: 'api' }, openLog('silent', 'tests'));
  await engine.start();
  const account = await openAccount({ config, parts, engine }, join(dataDir, 'wallet.json'));
  const call = clientOf(/http:\S+/.exec(api)[0], account.apiKey);
  await until(
    () => call('GET', '/workflows/history'),
    ({ status }) => status === 200,
  );
  const seen = await oneRun(call);
  await engine.stop();
  await parts.close();
  for (const child of processes) child.kill('SIGTERM');
  const ends = await Promise.all(processes.map(({ ended }) => ended));
  process.stdout.write(`${JSON.stringify({ ...seen, ends })}\n`);
} finally {
  for (const child of processes) if (child.exitCode === null) child.kill('SIGKILL');
  await stack.stop();
}
process.exit();
