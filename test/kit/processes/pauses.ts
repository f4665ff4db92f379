/**
 * Two API, two saga and two worker processes under a load of runs with paid steps. In the middle of it one saga and
 * one worker process are stopped (SIGSTOP) for longer than their leases, go on, and the two others are killed. Prints
 * one line of JSON: what became of the runs, and every rule that does not hold of the books, the chain and the read
 * models afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Cluster } from '../../../src/embedded/cluster.js';
import { objectionsTo, readBooks } from '../../chaos/kit/books.js';
import { missingLeaves } from '../../chaos/kit/log-rules.js';
import { PatientClient } from '../../chaos/kit/patient-client.js';
import { planOf } from '../../chaos/load.js';
import { until } from '../../e2e/kit/client.js';
import { PATIENCE_MS } from '../patience.js';
import { judgeCluster } from './judged-cluster.js';

const { values } = parseArgs({
  options: {
    pause: { type: 'string', default: '6' },
    ttl: { type: 'string', default: '2' },
    runs: { type: 'string', default: '12' },
    say: { type: 'boolean', default: false },
  },
});
const [pauseMs, ttlMs, runs] = [
  Number(values.pause) * 1_000,
  Number(values.ttl) * 1_000,
  Number(values.runs),
];
const PAID_STEPS = 4;
/** begun when others have taken over: on a slow machine all earlier ones may be closed by then */
const LATE_RUNS = 2;
const ROLES = ['api', 'api', 'saga,relay', 'saga,projector', 'worker,projector', 'worker,prover,relay'];
const STOPPED = ['saga+projector-1', 'worker+prover+relay-1'];
const KILLED = ['saga+relay-1', 'worker+projector-1'];

const CLOSED = `select count(*) from quittance_events.events where type = 'RunClosed'`;
const HELD = 'select count(*) from quittance_ops.leases where until > now()';
/** parts of the sagas, the read models, and whatever else one process at a time does */
const TO_HOLD = 'select count(*) from quittance_ops.leases';
const GAPS = `select count(*) from (select workflow_id from rm_timeline.rm_workflow_timeline
  group by workflow_id having count(*) <> max(seq)) as gaps`;

const began = performance.now();
const say = (line: string) => {
  if (values.say) console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
};
await judgeCluster(ROLES, { LEASE_TTL_MS: `${ttlMs}`, LOG_LEVEL: 'info' }, (cluster) => {
  say(`${cluster.processes.length} processes run`);
  return live(cluster);
});

async function live({ account, config, processes, stack, urls }: Cluster) {
  const clients = urls.map((url) => new PatientClient(url, account));
  const database = new pg.Client({ connectionString: config.DATABASE_URL });
  // when something fails the servers are stopped first: what failed must not be hidden by that
  database.on('error', () => undefined);
  await database.connect();
  const count = async (sql: string, ...given: unknown[]) =>
    Number((await database.query<{ count: string }>(sql, given)).rows[0]!.count);
  const held = (name: string) =>
    count('select count(*) from quittance_ops.leases where holder = $1 and until > now()', name);
  const signal = (names: readonly string[], how: NodeJS.Signals) => {
    for (const { name, pid } of processes) if (names.includes(name)) process.kill(pid, how);
    say(`${how} ${names.join(', ')}`);
  };

  const statuses: Record<string, number> = {};
  const one = async (n: number) => {
    const client = clients[n % clients.length]!;
    const { id } = await client.begin(planOf('wide', `run ${n}`));
    const { status } = await client.closed(id, PATIENCE_MS);
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  // spread over the whole time, so that something is under way at every moment of it
  const early = runs - LATE_RUNS;
  const load = Array.from({ length: early }, (_, n) =>
    sleep((n * (pauseMs + 2_000)) / early).then(() => one(n)),
  );
  for (const run of load) run.catch(() => undefined);

  await until(async () => ((await count(CLOSED)) > 0 ? true : undefined), PATIENCE_MS);
  const holding = async () => {
    const each = await Promise.all(STOPPED.map(held));
    return each[0]! > 0 ? each : undefined;
  };
  // with leases so short, a busy machine may have let them run out just now
  const heldBefore = await until(holding, PATIENCE_MS);
  signal(STOPPED, 'SIGSTOP');
  const stoppedAt = performance.now();
  const left = async () => (await Promise.all(STOPPED.map(held))).reduce((a, b) => a + b);
  await until(async () => ((await left()) === 0 ? true : undefined), PATIENCE_MS);
  const inherited = async () => ((await count(HELD)) === (await count(TO_HOLD)) ? true : undefined);
  await until(inherited, PATIENCE_MS);
  const takenOverAfterMs = Math.round(performance.now() - stoppedAt);
  say(`others have what they held, after ${takenOverAfterMs} ms`);
  const closedBefore = await count(CLOSED);
  for (let n = early; n < runs; n++) load.push(one(n));
  // what is left does the work of all: on a busy machine it may take longer than the pause
  await until(async () => ((await count(CLOSED)) > closedBefore ? true : undefined), PATIENCE_MS);
  await sleep(Math.max(0, pauseMs - (performance.now() - stoppedAt)));
  const closedMeanwhile = (await count(CLOSED)) - closedBefore;
  signal(STOPPED, 'SIGCONT');
  signal(KILLED, 'SIGKILL');
  await Promise.all(load);
  say('every run is closed');

  const escrow = (await clients[0]!.get<{ tokenAccount: string }>('/escrow/address')).body;
  const read = () => readBooks(config.DATABASE_URL, stack.chain, escrow);
  const isSettled = async () => {
    if ((await clients[0]!.balance()).held > 0n) return undefined;
    const books = await read();
    return missingLeaves(books.history) === 0 ? books : undefined;
  };
  const books = await until(isSettled, PATIENCE_MS);
  const landed = [...books.landed.values()];
  const rows = {
    workflows: await count('select count(*) from rm_workflows.rm_workflows'),
    payments: await count('select count(*) from rm_payments.rm_payments'),
    gapsInTimelines: await count(GAPS),
  };
  await database.end();
  return {
    statuses,
    heldBefore,
    takenOverAfterMs,
    closedMeanwhile,
    payments: landed.length,
    landedOnce: landed.filter((transfers) => transfers.length === 1).length,
    expected: runs * PAID_STEPS,
    closings: [...books.runs.values()].map((all) => all.filter(({ type }) => type === 'RunClosed').length),
    rows,
    objections: objectionsTo(books),
    seconds: Math.round((performance.now() - began) / 1_000),
  };
}
