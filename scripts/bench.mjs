import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { merged } from '../bench/figures.mjs';
import { build } from './build.mjs';
import { bundle } from './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const usage = `npm run bench -- <what> [options]

  w1          a diamond of five no-op steps, 200 open at once, durable, through the HTTP API
  w2          a chain of 50 no-op steps, 20 open
  w3          three steps, the fourth fails, three compensations, 200 open
  w4          200 workflows of 20 steps of 50 ms; SIGKILL at half, restart at once
  w4-whole    the same, with everything of both engines killed: of Restate its server too
  all         w1, w2, w3 and w4
  age         w1 after many stored events against an empty store, and start-up time by closed runs
  open-runs   many runs that wait for approval or a timer: memory of the program
  fairness    one user's runs alone, and beside a batch and a retry storm of another's: the ratio
  own-writes  a workflow read right after it was asked for, beside the same read again
  store       appends a second to the event store on Postgres
  payments    ms a paid call takes, beside the stock paying fetch; 1,000 at once from one account
  receipts    seconds to a proof by steps beside snarkjs, memory, verification of one and of 1,000, commitments
  commitments µs of CPU a hash and ms of CPU a five-step run, against poseidon-lite

  --vs restate      also Restate as it is installed (24 partitions), in turns; repeatable
  --vs restate:p2   also Restate with 2 partitions. Installed on first use; Linux x64
  --reps N          turns each engine gets (3)
  --scale F         share of the usual number of workflows (1)
  --profile         w1 to w4: one turn of ours, and where its CPU time goes
  --events N        age: stored events (1000000)
  --duplicates N    payments: also N payments of 50 copies each, sent at once
  --runs N          open-runs: open runs (100000); fairness: runs of the other user (10000)
  --sizes LIST      receipts: steps of the runs that are proven (8,16,32,64; 128 takes minutes the first time)
  --json FILE       write medians, ratios and single turns; other results in FILE stay
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vs: { type: 'string', multiple: true, default: [] },
    reps: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    events: { type: 'string', default: '1000000' },
    runs: { type: 'string' },
    duplicates: { type: 'string', default: '0' },
    profile: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '8,16,32,64' },
    json: { type: 'string' },
  },
});

const [what] = positionals;
const WORKLOADS = ['w1', 'w2', 'w3', 'w4'];
const PEERS = ['restate', 'restate:p2'];
const reps = Number(values.reps ?? values.rounds);
const scale = Number(values.scale);

const keep = (results) => {
  if (!values.json) return;
  const before = existsSync(values.json) ? readFileSync(values.json, 'utf8') : undefined;
  writeFileSync(values.json, `${JSON.stringify(merged(before, results), null, 2)}\n`);
};

const measurements = {
  ...Object.fromEntries([...WORKLOADS, 'w4-whole', 'all'].map((name) => [name, workloads])),
  age: async () => {
    const { age } = await import('../bench/age.mjs');
    keep({ age: await age({ root, events: Number(values.events), reps, scale }) });
  },
  'open-runs': async () => {
    const { openRuns } = await import('../bench/open-runs.mjs');
    keep({ 'open-runs': await openRuns({ root, runs: Number(values.runs ?? 100_000) }) });
  },
  fairness: async () => {
    const { fairness } = await import('../bench/fairness.mjs');
    keep({ fairness: await fairness({ root, runs: Number(values.runs ?? 10_000) }) });
  },
  'own-writes': async () => {
    const { ownWrites } = await import('../bench/own-writes.mjs');
    keep({ 'own-writes': await ownWrites({ root, reads: Math.ceil(300 * scale) }) });
  },
  payments: async () => {
    const { payments } = await import('../bench/payments.mjs');
    const [singles, burst] = [200, 1_000].map((usual) => Math.max(1, Math.round(usual * scale)));
    const { failures, ...figures } = await payments({
      singles,
      burst,
      duplicates: Number(values.duplicates),
    });
    console.log(figures);
    for (const failure of failures) console.log(`FAILED ${failure}`);
    if (failures.length > 0) process.exitCode = 1;
    keep({ payments: { ...figures, failures } });
  },
  store: () => {
    const hooks = join(root, 'test', 'kit', 'typescript.mjs');
    const entry = join(root, 'scripts', 'bench-event-store.ts');
    execFileSync(process.execPath, ['--import', hooks, entry], { cwd: root, stdio: 'inherit' });
  },
  receipts: async () => {
    const { receipts } = await import('../bench/receipts.mjs');
    const sizes = values.sizes.split(',').map(Number);
    const show = (steps, { circuitId, ours, snarkjs, ratios }) => {
      console.log(`${steps} steps, ${circuitId}: ${ratios.warm} times as fast, ${ratios.cpu} by CPU`);
      console.table({ ours, snarkjs });
    };
    const { verification, overhead, figures } = await receipts({ root, sizes, reps, show });
    console.log('verification', verification);
    console.log('commitments, as a share of steps of 50 ms, by the number of steps');
    console.table(overhead);
    const before =
      values.json && existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : {};
    // what others measured of receipts stays
    keep({ receipts: { ...before.receipts, ...figures } });
  },
  commitments: async () => {
    const { commitments } = await import('../bench/commitments.mjs');
    const { hash, run } = commitments({ root, rounds: reps });
    console.log('a hash by number of inputs, µs of CPU');
    console.table(hash);
    console.log('a run of five steps, ms of CPU');
    console.table(run);
    keep({ commitments: { hash, run } });
  },
};

async function workloads() {
  const { compare, profile } = await import('../bench/workloads.mjs');
  const results = {};
  for (const name of what === 'all' ? WORKLOADS : [what]) {
    if (values.profile) hotSpots(await profile(name, { root, scale }));
    else {
      results[name] = await compare(name, { root, peers: values.vs, reps, scale });
      keep({ machine: { cores: cpus().length, node: process.version }, [name]: results[name] });
    }
  }
  if (!values.profile) summary(results);
}

function hotSpots({ run, line, functions, places, statements }) {
  console.log(line);
  for (const failure of run.failures) console.log(`FAILED ${failure}`);
  const table = (title, rows) => {
    console.log(`\n${title}, % of all CPU time of the program`);
    for (const { share, name } of rows) console.log(`${share.toFixed(2).padStart(7)}  ${name}`);
  };
  table('functions by the time they took themselves', functions);
  table('packages and rooms', places);
  console.log('\nstatements sent to Postgres, warm-up included');
  const most = Object.entries(statements).sort(([, a], [, b]) => b - a);
  for (const [text, times] of most.slice(0, 25)) console.log(`${String(times).padStart(7)}  ${text}`);
}

function summary(results) {
  console.log('\nmedians');
  for (const [name, { unit, ratios, failures, better: _, ...its }] of Object.entries(results)) {
    const figures = ['ours', ...Object.keys(ratios)].map((engine) => `${engine} ${its[engine]}`).join(', ');
    const against = Object.entries(ratios).map(([peer, ratio]) => `, ${ratio} × ${peer}`);
    console.log(`  ${name}: ${figures} ${unit}${against.join('')}`);
    if (failures.length > 0) process.exitCode = 1;
  }
}

const unknown = values.vs.filter((peer) => !PEERS.includes(peer));
const numbers = [reps, scale, Number(values.events), Number(values.runs ?? 1)];
if (!(what in measurements) || unknown.length > 0 || !numbers.every((number) => number > 0)) {
  console.error(usage);
  process.exit(2);
}
// what measures our program uses parts of it
await build();
await bundle();
await measurements[what]();
