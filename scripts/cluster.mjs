/**
 * The set-up of docker-compose.yml from the embedded binaries, on loopback: Postgres, three nodes of NATS, a chain
 * with its facilitator, demo services, and two processes of every role. Runs until Ctrl-C.
 *
 *   npm run cluster                        on the data folder QUITTANCE_DATA or ./.data-cluster
 *   npm run cluster -- --pause 60          instead: 2 api and 2 worker processes under a load, one saga and one worker
 *                                          stopped (SIGSTOP) for so many seconds, another killed, the books judged
 *   npm run cluster -- --kill              instead: 2 processes that do everything under a load, one killed and not
 *                                          started again; how long until the other has all it held, the books judged
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { bundle } from './bundle.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    pause: { type: 'string' },
    kill: { type: 'boolean' },
    runs: { type: 'string' },
  },
});
await build();
await bundle();
if (values.pause) judge('pauses', ['--pause', values.pause, '--runs', values.runs ?? '60', '--say']);
else if (values.kill) judge('failover', ['--runs', values.runs ?? '60']);
else await cluster();

function judge(what, args) {
  const program = fileURLToPath(new URL(`../test/kit/processes/${what}.ts`, import.meta.url));
  const hooks = fileURLToPath(new URL('../test/kit/typescript.mjs', import.meta.url));
  spawn(process.execPath, ['--import', hooks, program, '--ttl', '10', ...args], { stdio: 'inherit' }).once(
    'exit',
    (code) => {
      process.exitCode = code ?? 1;
    },
  );
}

async function cluster() {
  const { startCluster } = await import('../dist/embedded/cluster.js');
  const { remember } = await import('../dist/cli/children.js');
  const dataDir = resolve(values.data ?? process.env.QUITTANCE_DATA ?? '.data-cluster');
  const ending = new AbortController();
  const told = new Promise((tell) => ending.signal.addEventListener('abort', tell));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () =>
      ending.signal.aborted ? process.exit(130) : ending.abort(new Error('told to stop')),
    );
  const began = performance.now();
  const since = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const table = (rows) => {
    for (const [name, ...rest] of rows) console.log(` ${name.padEnd(14)}${rest.join('  ')}`);
  };
  console.log('Starting a cluster on this machine');
  const running = await startCluster({
    dataDir,
    main: new URL('../dist/bundle/main.mjs', import.meta.url),
    signal: ending.signal,
    onReady: (report) => {
      remember(report);
      table([[report.part, report.url, since()]]);
    },
    onProcess: ({ name, pid, url }) => table([[name, url || `process ${pid}`, since()]]),
    onRestart: ({ part, exit }) => console.log(` ${part} ended (${exit}) and was started again`),
    onFatal: ({ part, exit }) => {
      console.error(` ${part} ended (${exit}) and cannot be brought back`);
      ending.abort(new Error(`${part} is gone`));
    },
  });
  console.log(`\nReady in ${since()}\n`);
  table([
    ...running.processes.map(({ name, role, pid, url }) => [name, `${role}`.padEnd(10), `pid ${pid}`, url]),
    ['NATS', running.config.NATS_URL.replaceAll(/\/\/[^@]*@/g, '//')],
    ['Data folder', dataDir],
    ['API key', running.account.apiKey],
  ]);
  console.log('\nCtrl-C stops everything.');
  await told;
  console.log('Stopping …');
  await running.stop();
  process.exit(0);
}
