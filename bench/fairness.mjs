import { build } from '../scripts/build.mjs';
import { openHouse } from './fairness/house.mjs';
import { quantile, round } from './figures.mjs';
import { calls, diamond } from './plans.mjs';

/** Runs of the user who is measured, one at a time, and at most for so long. */
const ALONE = { runs: 60, ms: 30_000 };
const BESIDE = { runs: 200, ms: 25_000 };
/** Creations of the batch under way at once: as many as one client of this kind has. */
const HURRY = 32;
/** The batch is well under way before anybody measures beside it. */
const AHEAD = 0.1;
const LONGEST_MS = 60_000;

const withRetries = (plan) => ({
  ...plan,
  steps: plan.steps.map((step) => ({ ...step, title: 'fails and is tried again' })),
});

const SCENARIOS = {
  local: { what: 'runs of five local steps', single: diamond, batch: diamond },
  service: { what: 'runs that call a service of 50 ms', single: calls('steady', 1), batch: calls('steady', 1) },
  storm: {
    what: 'runs whose service always fails, against one that works',
    single: calls('steady', 1),
    batch: withRetries(calls('failing', 1)),
  },
};

/**
 * One user's runs, one at a time, alone and while another user's batch is open. The ratio says how much the batch
 * delays them: one is not at all.
 */
export async function fairness({ root, runs, say = console.log }) {
  await build();
  const result = {};
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    const house = await openHouse(root);
    try {
      result[name] = await measure(house, scenario, runs);
    } finally {
      await house.stop();
    }
    say(line(name, scenario, result[name]));
  }
  return result;
}

async function measure(house, { single, batch }, runs) {
  const [one, other] = [await house.user('user_single'), await house.user('user_batch')];
  await awake(one);
  await awake(other);
  await repeat(one, single, { runs: 10, ms: 10_000 });
  const alone = await repeat(one, single, ALONE);
  const opening = open(other, batch, runs);
  await opening.ahead;
  const beside = await repeat(one, single, BESIDE);
  const { users } = await house.operator.get('/monitor/waiting');
  opening.stop();
  await opening.done;
  return {
    alone,
    beside,
    ratioP50: round(beside.p50 / alone.p50),
    ratioP99: round(beside.p99 / alone.p99),
    batch: { runs, created: opening.created(), waitingJobs: users },
  };
}

/** A key is known once the read models have it. */
async function awake(user) {
  for (const end = Date.now() + 20_000; ; ) {
    try {
      return await user.get('/services');
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function repeat(user, plan, { runs, ms }) {
  const latencies = [];
  const end = performance.now() + ms;
  while (latencies.length < runs && performance.now() < end) {
    const began = performance.now();
    const status = await user.ended(await user.create(plan));
    if (status !== 'completed') throw new Error(`a run is ${status}`);
    latencies.push(performance.now() - began);
  }
  return { runs: latencies.length, p50: round(quantile(latencies, 0.5)), p99: round(quantile(latencies, 0.99)) };
}

/** Opens runs and waits for none of them. */
function open(user, plan, runs) {
  let created = 0;
  let next = 0;
  let stopped = false;
  let isAhead;
  const ahead = new Promise((resolve) => {
    isAhead = resolve;
  });
  const end = performance.now() + LONGEST_MS;
  const lane = async () => {
    while (next < runs && !stopped && performance.now() < end) {
      next++;
      await user.create(plan);
      if (++created >= runs * AHEAD) isAhead();
    }
    isAhead();
  };
  return {
    ahead,
    created: () => created,
    stop: () => {
      stopped = true;
    },
    done: Promise.all(Array.from({ length: HURRY }, lane)),
  };
}

const line = (name, { what }, { alone, beside, ratioP50, ratioP99, batch }) =>
  `${name.padEnd(8)} ${what}\n` +
  `  alone   p50 ${alone.p50} ms  p99 ${alone.p99} ms  (${alone.runs} runs)\n` +
  `  beside  p50 ${beside.p50} ms  p99 ${beside.p99} ms  (${beside.runs} runs, ${batch.created} of the other's created)\n` +
  `  ratio   p50 ${ratioP50}  p99 ${ratioP99}`;
