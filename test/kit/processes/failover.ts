/**
 * Two processes that do everything, under a load of runs with paid steps. In the middle of it one of them is killed
 * and not started again; its leases would last for a minute. Prints one line of JSON: how long it took until the other
 * had all of them, what became of the runs, and every rule that does not hold of the books afterwards.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Cluster } from '../../../src/embedded/cluster.js';
import { objectionsTo } from '../../chaos/kit/books.js';
import { PatientClient } from '../../chaos/kit/patient-client.js';
import { settledBooks } from '../../chaos/kit/settled-books.js';
import { planOf } from '../../chaos/load.js';
import { until } from '../../e2e/kit/client.js';
import { clean } from '../installation.js';
import { PATIENCE_MS } from '../patience.js';
import { built, judgeCluster } from './judged-cluster.js';

const { values } = parseArgs({
  options: { ttl: { type: 'string', default: '60' }, runs: { type: 'string', default: '20' } },
});
const runs = Number(values.runs);
const PAID_STEPS = 4;
/** ms in which the runs begin */
const SPREAD_MS = 4_000;
const KILLED = 'second';

const CLOSED = `select count(*) from quittance_events.events where type = 'RunClosed'`;
const HELD_BY = 'select count(*) from quittance_ops.leases where holder = $1 and until > now()';
const HELD_BY_OTHERS =
  'select count(*) from quittance_ops.leases where holder is distinct from $1 and until > now()';
const TO_HOLD = 'select count(*) from quittance_ops.leases';

await judgeCluster(['all'], { LEASE_TTL_MS: `${Number(values.ttl) * 1_000}` }, failOver);

async function failOver({ account, config, stack, urls }: Cluster) {
  const database = new pg.Client({ connectionString: config.DATABASE_URL });
  database.on('error', () => undefined);
  await database.connect();
  const count = async (sql: string, ...given: unknown[]) =>
    Number((await database.query<{ count: string }>(sql, given)).rows[0]!.count);
  const second = await startSecond(config);
  try {
    const mates = [urls[0]!, second.url].map((url) => new PatientClient(url, account));
    const survivor = mates[0]!;
    // half of everything, so that the other half is what it had from the start
    await until(
      async () => (await count(HELD_BY, KILLED)) >= (await count(TO_HOLD)) / 2 - 2 || undefined,
      PATIENCE_MS,
    );
    const statuses: Record<string, number> = {};
    const one = async (n: number) => {
      await sleep((n * SPREAD_MS) / runs);
      const { id } = await mates[n % 2]!.begin(planOf('wide', `run ${n}`));
      const { status } = await survivor.closed(id, PATIENCE_MS);
      statuses[status] = (statuses[status] ?? 0) + 1;
    };
    const load = Array.from({ length: runs }, (_, n) => one(n));
    for (const run of load) run.catch(() => undefined);
    await until(async () => ((await count(CLOSED)) > 0 ? true : undefined), PATIENCE_MS);
    const heldBefore = await count(HELD_BY, KILLED);
    second.kill();
    // as what stands before the two does with a client whose call was not answered
    Object.assign(mates[1]!, { url: survivor.url });
    const killedAt = performance.now();
    const since = () => Math.round(performance.now() - killedAt);
    const inherited = async () =>
      (await count(HELD_BY_OTHERS, KILLED)) === (await count(TO_HOLD)) ? true : undefined;
    await until(inherited, PATIENCE_MS);
    const takenOverAfterMs = since();
    await Promise.all(load);
    const closedAfterMs = since();
    const books = await settledBooks({ config, servers: { stack } }, survivor, PATIENCE_MS);
    const landed = [...books.landed.values()];
    return {
      heldBefore,
      takenOverAfterMs,
      closedAfterMs,
      statuses,
      expected: runs * PAID_STEPS,
      payments: landed.length,
      landedOnce: landed.filter((transfers) => transfers.length === 1).length,
      objections: objectionsTo(books),
    };
  } finally {
    second.kill();
    await database.end();
  }
}

/** Nobody starts it again. */
async function startSecond(config: Cluster['config']) {
  const set = Object.entries(config).filter(([, value]) => value !== undefined && value !== '');
  const env = Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
  const child = spawn(process.execPath, [fileURLToPath(built('main'))], {
    env: { ...clean(process.env), ...env, ROLE: 'all', INSTANCE: KILLED, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text)))),
    new Promise<never>((_, reject) =>
      child.once('exit', (code) => reject(new Error(`the second process ended with ${code}`))),
    ),
  ]);
  return {
    url: /http:\S+/.exec(line)![0],
    kill: () => void child.kill('SIGKILL'),
  };
}
