import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, stop } from '../child.mjs';
import { freePort } from '../free-port.mjs';
import { call, until } from '../http.mjs';
import { calls, chain, diamond, saga } from '../plans.mjs';
import { ReadModelLag } from '../read-model-lag.mjs';

/** What the client expects each workload to come to. */
const WORK = {
  w1: { plan: diamond, status: 'completed' },
  w2: { plan: chain, status: 'completed' },
  w3: { plan: saga, status: 'failed', rollback: 'completed' },
  w4: { plan: calls('step_counter', 20), status: 'completed' },
};
const ENV = { RATE_LIMIT_PER_MIN: '1000000000', MAX_CONCURRENT_WORKFLOWS: '1000000', LOG_LEVEL: 'warn' };

/** Our program on servers of its own, driven through its HTTP API as by any client. fsync is on everywhere. */
export async function quittance({ root, dir, env = {} }) {
  const ports = { service: await freePort(), api: await freePort() };
  const serviceUrl = `http://127.0.0.1:${ports.service}`;
  const servers = await startServers(root, dir, serviceUrl);
  const service = start(process.execPath, [join(root, 'bench', 'engines', 'counting-service.mjs')], {
    logFile: join(dir, 'service.log'),
    env: { ...servers.env, PORT: `${ports.service}` },
  });
  await until(() => call('GET', `${serviceUrl}/did`), 'the service that counts');
  const app = new Application(root, dir, { ...servers.env, ...ENV, PORT: `${ports.api}`, ...env });
  await app.start();
  const lag = await ReadModelLag.open(servers.env.DATABASE_URL);
  return {
    app,
    whole: app,
    lag,
    parts: () => ({ app: app.pid, ...servers.pids, service: service.pid }),
    run: (workload) => app.run(WORK[workload]),
    create: (workload) => app.create(WORK[workload].plan),
    wait: (workload, id) => app.wait(WORK[workload], id),
    did: () => call('GET', `${serviceUrl}/did`),
    check: (workload, startedAt) => check(lag, WORK[workload], startedAt),
    async stop() {
      await lag.close();
      await app.stop();
      await stop(service);
      await stop(servers.child);
    },
  };
}

/** What `npm start` runs. */
const startScript = (root) =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.start.split(' ').slice(1);

/** The program under test: started, killed and started again on the same folder. */
class Application {
  #child;
  #address;

  constructor(root, dir, env) {
    Object.assign(this, { root, dir, env, profileFile: join(dir, 'app.cpuprofile') });
  }

  get pid() {
    return this.#child.pid;
  }

  get url() {
    return this.#address.api;
  }

  /** @returns ms until it answered */
  async start() {
    const { root, dir, env, profileFile } = this;
    const data = join(dir, 'app');
    const runtime = join(data, 'runtime.json');
    const began = performance.now();
    const profiler = ['--import', join(root, 'bench', 'profiler.mjs')];
    const program = [...startScript(root), '--data', data];
    this.#child = start(process.execPath, [...(env.PROFILE ? profiler : []), ...program], {
      cwd: root,
      // a profile names the modules
      env: { ...env, PROFILE_FILE: profileFile, ...(env.PROFILE && { QUITTANCE_BUNDLE: 'off' }) },
      logFile: join(dir, 'quittance.log'),
    });
    const child = this.#child;
    const ended = child.ended.then((code) => {
      throw new Error(`our program ended with ${code}: see ${dir}/quittance.log`);
    });
    await Promise.race([until(() => this.#isOurs(runtime), 'our program', 120_000, 5), ended]);
    this.#address = JSON.parse(readFileSync(runtime, 'utf8'));
    return Math.round(performance.now() - began);
  }

  /** runtime.json of a program that was killed lies there until the next one removes it. */
  #isOurs(runtime) {
    return JSON.parse(readFileSync(runtime, 'utf8')).pid === this.pid;
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#child.ended;
  }

  stop() {
    return stop(this.#child);
  }

  signal(name) {
    this.#child.kill(name);
  }

  async create(plan, more = { autoApprove: true }) {
    const { workflow } = await this.call('POST', '/workflows/create', { plan, ...more });
    return workflow.id;
  }

  async wait({ status: expected }, id) {
    for (;;) {
      const { status, terminal } = await this.call('GET', `/workflows/${id}/result?wait=30000`);
      if (!terminal) continue;
      if (status !== expected) throw new Error(`a workflow is ${status} instead of ${expected}`);
      return;
    }
  }

  /** One call asks for the run and waits for its result; only what takes longer is waited for by others. */
  async run(work) {
    const body = { plan: work.plan, autoApprove: true };
    const { workflow, result } = await this.call('POST', '/workflows/create?wait=30000', body);
    if (!result) await this.wait(work, workflow.id);
    else if (result.status !== work.status)
      throw new Error(`a workflow is ${result.status} instead of ${work.status}`);
  }

  call(method, path, body) {
    const { api, apiKey } = this.#address;
    return call(method, `${api}${path}`, body, { authorization: `Bearer ${apiKey}` });
  }
}

function startServers(root, dir, registryUrl) {
  const program = join(root, 'bench', 'engines', 'servers.mjs');
  const child = start(process.execPath, [program, join(dir, 'servers'), registryUrl], {
    cwd: root,
    logFile: join(dir, 'servers.log'),
    says: true,
  });
  return child.said.then((line) => ({ child, ...JSON.parse(line) }));
}

/** @returns what the read model says of runs that ended otherwise than they should */
async function check(lag, { status, rollback = 'none' }, startedAt) {
  const rows = await lag.query(
    `select status, coalesce(rollback, 'none') as rollback, terminal, error ->> 'code' as code, count(*)::int as runs
     from rm_workflows.rm_workflows where created_at >= $1 group by 1, 2, 3, 4`,
    [startedAt],
  );
  return rows
    .filter((row) => row.status !== status || !row.terminal || row.rollback !== rollback)
    .map((row) => `runs that ended otherwise: ${JSON.stringify(row)}`);
}
