import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, stop } from '../child.mjs';
import { freePort } from '../free-port.mjs';
import { call, until } from '../http.mjs';

const SETTINGS = { RATE_LIMIT_PER_MIN: '1000000000', MAX_CONCURRENT_WORKFLOWS: '1000000', LOG_LEVEL: 'error' };

/** Our program on servers of its own, with two services that cost nothing, and as many users as are asked for. */
export async function openHouse(root) {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-bench-'));
  const ports = { services: await freePort(), api: await freePort() };
  const registryUrl = `http://127.0.0.1:${ports.services}`;
  const pepper = randomBytes(32).toString('hex');
  const servers = start(
    process.execPath,
    [join(root, 'bench', 'engines', 'servers.mjs'), join(dir, 'servers'), registryUrl],
    { cwd: root, logFile: join(dir, 'servers.log'), says: true },
  );
  const { env } = JSON.parse(await servers.said);
  const services = start(process.execPath, [join(root, 'bench', 'fairness', 'services.mjs')], {
    logFile: join(dir, 'services.log'),
    env: { ...env, PORT: `${ports.services}` },
  });
  await until(() => call('GET', `${registryUrl}/discovery/resources`), 'the services');
  const data = join(dir, 'app');
  const app = start(process.execPath, [join(root, 'bin', 'quittance.mjs'), 'start', '--data', data], {
    cwd: root,
    env: { ...env, ...SETTINGS, API_KEY_PEPPER: pepper, PORT: `${ports.api}` },
    logFile: join(dir, 'quittance.log'),
  });
  const runtime = join(data, 'runtime.json');
  const ended = app.ended.then((code) => {
    throw new Error(`our program ended with ${code}: ${readFileSync(join(dir, 'quittance.log'), 'utf8').slice(-1_500)}`);
  });
  ended.catch(() => undefined);
  await Promise.race([until(() => existsSync(runtime), 'our program', 120_000), ended]);
  const { api, apiKey } = JSON.parse(readFileSync(runtime, 'utf8'));
  return {
    operator: client(api, apiKey),
    user: async (name) => client(api, await addUser(root, env.DATABASE_URL, pepper, name)),
    async stop() {
      await stop(app);
      await stop(services);
      await stop(servers);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** One user of the API. */
function client(api, apiKey) {
  const headers = { authorization: `Bearer ${apiKey}` };
  const ask = (method, path, body) => call(method, `${api}${path}`, body, headers);
  return {
    get: (path) => ask('GET', path),
    async create(plan) {
      const { workflow } = await ask('POST', '/workflows/create', { plan, autoApprove: true });
      return workflow.id;
    },
    /** @returns how it ended, as soon as the API says so @throws Error after `ms` */
    async ended(id, ms) {
      for (const end = Date.now() + ms; ; ) {
        const told = await ask('GET', `/workflows/${id}/result?wait=30000`).catch((error) => error);
        if (told.terminal) return told.status;
        if (Date.now() > end) throw told instanceof Error ? told : new Error(`${id} is not over after ${ms} ms`);
      }
    },
    /** ms since the epoch; the read models may know the run a little later */
    async closedAt(id, ms) {
      const { events } = await until(() => ask('GET', `/audit/streams/workflow-${id}`), id, ms);
      return Date.parse(events.find(({ type }) => type === 'RunClosed').occurredAt);
    },
  };
}

/** People do not register themselves in this version: the event is written where the program reads it. */
async function addUser(root, databaseUrl, pepper, userId) {
  const from = (path) => import(join(root, 'dist', path));
  const [{ openEventStore }, { CommandHandler }, { registerUser, issueKey }, { systemClock }, { systemChance }] =
    await Promise.all([
      from('adapters/open-event-store.js'),
      from('runtime/command-handler.js'),
      from('identity/keys.js'),
      from('adapters/system/clock.js'),
      from('adapters/system/chance.js'),
    ]);
  const store = await openEventStore('postgres', databaseUrl);
  const dispatch = new CommandHandler(store, systemClock);
  const parts = { dispatch, clock: systemClock, chance: systemChance, pepper };
  const by = (what) => ({
    commandId: `bench/${userId}/${what}`,
    correlationId: userId,
    actor: { type: 'system', id: 'bench' },
  });
  await registerUser(parts, { userId, roles: ['user'] }, by('register'));
  const { secret } = await issueKey(parts, { userId, name: 'bench' }, by('key'));
  await store.close();
  return secret;
}
