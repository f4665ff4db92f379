import { createHash, randomBytes } from 'node:crypto';
import { overPoseidonLite } from './over-poseidon-lite.mjs';

const [which] = process.argv.slice(2);
if (which === 'poseidon-lite') overPoseidonLite();

const kernel = (file) => import(new URL(`../../src/kernel/commitments/${file}.js`, import.meta.url).href);
const source = (file) => import(new URL(`../../${file}.js`, import.meta.url).href);
const { poseidon, maker = 'ours' } = await kernel('poseidon');
if (maker !== which) throw new Error(`asked for ${which}, the hashes are those of ${maker}`);
const { commitContent } = await kernel('content');
const { planCommitment } = await kernel('plan-commitment');
const { saltFor } = await kernel('salts');
const { disclosureOf, issueReceipt } = await source('src/receipts/issue-receipt');
const { commitRun } = await source('src/receipts/run-commitments');
const { issuerFromSeed } = await source('src/receipts/issuer');
const { verifyReceipt } = await source('src/verifier/index');
const { checkDisclosure } = await source('src/verifier/check-disclosure');
const { sampleRun } = await source('test/kit/sample-run');

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const element = (seed) => BigInt(`0x${createHash('sha256').update(seed).digest('hex')}`) >> 3n;

/** µs of CPU for each number of inputs; no two hashes are of the same */
function hashTimes(count) {
  const times = {};
  for (let inputs = 1; inputs <= 16; inputs++) {
    const all = Array.from({ length: 2 * count }, (_, i) =>
      Array.from({ length: inputs }, (_, j) => element(`${inputs}/${i}/${j}`)),
    );
    for (const each of all.slice(count)) poseidon(each);
    const before = cpuMs();
    for (const each of all.slice(0, count)) poseidon(each);
    times[inputs] = ((cpuMs() - before) * 1000) / count;
  }
  return times;
}

const issuer = issuerFromSeed(new Uint8Array(32).fill(1));

/** As the jobs of a run go about it, but for the last. Nothing in two runs is the same but their form. */
const commitments = {
  plan: (run) => {
    const plan = { steps: run.steps, maxCost: run.budget, salt: saltFor(run.secret, 'plan').toString() };
    run.workflowHash = planCommitment(plan);
  },
  contents: (run) => {
    for (const step of run.steps) {
      step.inputHash = commitContent(run.secret, step.stepId, 'input', { json: { ask: run.workflowId } });
      step.outputHash = commitContent(run.secret, step.stepId, 'output', { json: { answer: run.workflowId } });
    }
  },
  run: (run) => {
    run.made = commitRun(run);
  },
  check: (run) => {
    const { workflowHash, executionId, resultsRoot, finalResultHash } = run.made;
    const made = { workflowHash, executionId, resultsRoot, finalResultHash };
    const totalCost = run.steps.reduce((sum, { cost }) => sum + cost, 0n).toString();
    const figures = { stepCount: run.steps.length, totalCost, maxCost: run.budget.toString() };
    const statement = { outcome: 'completed', commitments: made, ...figures };
    const broken = checkDisclosure(statement, disclosureOf(run, run.made)).find(({ passed }) => !passed);
    if (broken) throw new Error(`what was committed to does not hold: ${JSON.stringify(broken)}`);
  },
};

/** The receipt job with signing, checking the signature and reading the form. */
const receipt = {
  'plan and contents': (run) => {
    commitments.plan(run);
    commitments.contents(run);
  },
  'issue and verify': async (run) => {
    const { receipt: document } = issueReceipt(run, issuer, '2026-01-01T00:00:10.000Z');
    const verdict = await verifyReceipt(document, { issuerKeys: [issuer], allowDevelopmentKeys: true });
    if (!verdict.valid) throw new Error(`the receipt does not hold: ${JSON.stringify(verdict)}`);
  },
};

function freshRun() {
  const name = randomBytes(13).toString('hex');
  const run = sampleRun({ level: 'basic', workflowId: `wf_${name}`, secret: randomBytes(32) });
  const steps = run.steps.map((step) => ({ ...step, status: 'completed', attempt: 1, action: name }));
  return { ...run, steps };
}

/** ms of CPU a run, by stage. Several runs are under way at once, so that a clock tick is worth reading. */
async function stageTimes(stages, count) {
  const times = Object.fromEntries(Object.keys(stages).map((name) => [name, 0]));
  for (let i = 0; i < count; i += OPEN) {
    const runs = Array.from({ length: OPEN }, freshRun);
    for (const [name, stage] of Object.entries(stages)) {
      const before = cpuMs();
      for (const run of runs) await stage(run);
      times[name] += (cpuMs() - before) / count;
    }
  }
  return times;
}

const OPEN = 5;
const scale = which === 'ours' ? 40 : 1;
for (const stages of [commitments, receipt]) await stageTimes(stages, 20 * scale);
const parts = await stageTimes(commitments, 20 * scale);
const total = Object.values(parts).reduce((sum, each) => sum + each, 0);
const { 'issue and verify': job } = await stageTimes(receipt, 20 * scale);
const run = { ...parts, 'all commitments': total, 'issue and verify': job };
console.log(JSON.stringify({ hash: hashTimes(10 * scale), run }));
