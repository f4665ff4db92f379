import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const usage = `npm run bench -- <what> [options]

  w1      a diamond of five no-op steps, 200 open at once, durable, through the HTTP API
  store   appends a second to the event store on Postgres
  commitments   µs of CPU a hash and ms of CPU a five-step run, against poseidon-lite

  --vs restate   also Restate, default and with 2 partitions, in turns (installs it on first use; Linux x64)
  --rounds N     turns each engine gets (3)
  --scale F      share of the usual number of workflows (1)
  --json FILE    write medians, ratios and single runs
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    vs: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

const [what] = positionals;
const unknown = values.vs.filter((peer) => peer !== 'restate');
if (!['w1', 'store', 'commitments'].includes(what) || unknown.length > 0) {
  console.error(usage);
  process.exit(2);
}

if (what === 'store') {
  const hooks = join(root, 'test', 'kit', 'typescript.mjs');
  const entry = join(root, 'scripts', 'bench-event-store.ts');
  execFileSync(process.execPath, ['--import', hooks, entry], { cwd: root, stdio: 'inherit' });
} else if (what === 'commitments') {
  const { commitments } = await import('../bench/commitments.mjs');
  const { hash, run } = commitments({ root, rounds: Number(values.rounds) });
  console.log('a hash by number of inputs, µs of CPU');
  console.table(hash);
  console.log('a run of five steps, ms of CPU');
  console.table(run);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ commitments: { hash, run } }, null, 2)}\n`);
} else {
  const { w1 } = await import('../bench/w1.mjs');
  const peers = values.vs.length > 0 ? ['restate', 'restate-2'] : [];
  const result = await w1({ root, peers, rounds: Number(values.rounds), scale: Number(values.scale) });
  console.log('\nmedians');
  console.table(result.medians);
  for (const [peer, ratio] of Object.entries(result.ratios)) console.log(`ours / ${peer}: ${ratio}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ w1: result }, null, 2)}\n`);
}
