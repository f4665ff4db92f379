import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { start, stop } from '../child.mjs';
import { freePort } from '../free-port.mjs';
import { call, until } from '../http.mjs';

const EXPECTED = { w3: (answer) => answer.status === 'failed' && answer.undone === 3 };

/** Restate's server and SDK with their own defaults (24 partitions), or with `partitions` set for a small machine. */
export async function restate({ root, dir }, partitions) {
  const home = installed(root);
  const [node, ingress, admin, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const ports = { node, ingress, admin, partitions };
  let server = startServer(home, dir, ports);
  const app = new Handlers(home, dir, service);
  await app.start();
  await until(() => call('GET', `http://127.0.0.1:${admin}/deployments`), 'the admin API of Restate');
  await until(
    () =>
      call('POST', `http://127.0.0.1:${admin}/deployments`, {
        uri: `http://127.0.0.1:${service}`,
        force: true,
      }),
    'the deployment on Restate',
  );
  let calls = 0;
  return {
    app,
    parts: () => ({ server: server.pid, service: app.pid }),
    async run(workload, id = `${workload}-${calls++}`) {
      const answer = await call(
        'POST',
        `http://127.0.0.1:${ingress}/bench/${workload}`,
        { id },
        { 'idempotency-key': id },
      );
      if (EXPECTED[workload]?.(answer) === false) throw new Error(`it came to ${JSON.stringify(answer)}`);
    },
    /** its server and the step functions */
    whole: {
      async kill() {
        server.kill('SIGKILL');
        await Promise.all([server.ended, app.kill()]);
      },
      async start() {
        const began = performance.now();
        server = startServer(home, dir, ports);
        await Promise.all([app.start(), until(() => listens(ingress), 'Restate', 60_000, 5)]);
        return Math.round(performance.now() - began);
      },
    },
    did: async () => app.did(),
    check: async () => [],
    async stop() {
      await app.stop();
      await stop(server);
    },
  };
}

/** The process with the step functions: the one that W4 kills. */
class Handlers {
  #child;

  constructor(home, dir, port) {
    Object.assign(this, { home, dir, port, log: join(dir, 'steps.log') });
  }

  get pid() {
    return this.#child.pid;
  }

  async start() {
    const { home, dir, port, log } = this;
    const began = performance.now();
    this.#child = start(process.execPath, [join(home, 'service.mjs')], {
      cwd: home,
      logFile: join(dir, 'service.log'),
      env: { SERVICE_PORT: `${port}`, STEP_LOG: log },
    });
    await until(() => listens(port), 'the handlers of Restate', 60_000, 5);
    return Math.round(performance.now() - began);
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#child.ended;
  }

  stop() {
    return stop(this.#child);
  }

  /** How many steps ended, and how many of them more than once. */
  did() {
    const ends = existsSync(this.log) ? readFileSync(this.log, 'utf8').split('\n').filter(Boolean) : [];
    const steps = new Set(ends);
    return { ended: ends.length, steps: steps.size, endedAgain: ends.length - steps.size };
  }
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });

const startServer = (home, dir, { node, ingress, admin, partitions }) =>
  start(
    join(home, 'node_modules', '@restatedev', 'restate-server-linux-x64', 'bin', 'restate-server'),
    [
      '--no-logo',
      '--listen-mode',
      'tcp',
      '--bind-ip',
      '127.0.0.1',
      '--bind-port',
      `${node}`,
      '--base-dir',
      join(dir, 'restate'),
    ],
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

/** Peers are no dependency of ours: they are installed beside the build the first time they are asked for. */
function installed(root) {
  const home = join(root, '.cache', 'bench', 'restate');
  cpSync(join(root, 'bench', 'peers', 'restate'), home, { recursive: true });
  if (!existsSync(join(home, 'node_modules', '@restatedev', 'restate-server-linux-x64')))
    execFileSync('npm', ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'], {
      cwd: home,
      stdio: 'inherit',
    });
  return home;
}
