import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { start, stop } from '../child.mjs';
import { call, until } from '../http.mjs';

/** Restate's server and SDK with their own defaults (24 partitions), or with `partitions` set for a small machine. */
export async function restate({ root, dir }, partitions) {
  const home = installed(root);
  const [node, ingress, admin, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const server = start(
    join(home, 'node_modules', '@restatedev', 'restate-server-linux-x64', 'bin', 'restate-server'),
    ['--no-logo', '--listen-mode', 'tcp', '--bind-ip', '127.0.0.1', '--bind-port', `${node}`, '--base-dir', join(dir, 'restate')],
    {
      cwd: home,
      logFile: join(dir, 'restate.log'),
      env: {
        RESTATE_NODE_NAME: 'bench',
        RESTATE_ADVERTISED_HOST: '127.0.0.1',
        RESTATE_INGRESS__BIND_PORT: `${ingress}`,
        RESTATE_ADMIN__BIND_PORT: `${admin}`,
        RESTATE_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: '1',
        RESTATE_LOG_FILTER: 'warn',
        ...(partitions && { RESTATE_DEFAULT_NUM_PARTITIONS: `${partitions}` }),
      },
    },
  );
  const worker = start(process.execPath, [join(home, 'service.mjs')], {
    cwd: home,
    logFile: join(dir, 'service.log'),
    env: { SERVICE_PORT: `${service}` },
  });
  await until(() => call('GET', `http://127.0.0.1:${admin}/deployments`), 'the admin API of Restate');
  await until(
    () => call('POST', `http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${service}`, force: true }),
    'the deployment on Restate',
  );
  let calls = 0;
  return {
    pid: [server.pid, worker.pid],
    stop: () => Promise.all([stop(worker), stop(server)]),
    w1: () => call('POST', `http://127.0.0.1:${ingress}/diamonds/w1`, {}, { 'idempotency-key': `w1-${calls++}` }),
  };
}

/** Peers are no dependency of ours: they are installed beside the build the first time they are asked for. */
function installed(root) {
  const home = join(root, '.cache', 'bench', 'restate');
  cpSync(join(root, 'bench', 'peers', 'restate'), home, { recursive: true });
  if (!existsSync(join(home, 'node_modules', '@restatedev', 'restate-server-linux-x64')))
    execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], { cwd: home, stdio: 'inherit' });
  return home;
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
