import { build } from '../scripts/build.mjs';
import { openHouse } from './fairness/house.mjs';
import { quantile, round } from './figures.mjs';
import { calls, diamond } from './plans.mjs';

/** Runs of the user who is measured, one at a time, and at most for so long. */
const ALONE = { runs: 60, ms: 15_000 };
const BESIDE = { runs: 120, ms: 20_000 };
/** A breaker leaves a service alone for half a minute; then all that waited for it come back. */
const LONG_BESIDE = { runs: Number.POSITIVE_INFINITY, ms: 45_000 };
/** Creations of the batch under way at once: as many as one client of this kind has. */
const HURRY = 32;
/** The batch is well under way before anybody measures beside it. */
const AHEAD_MS = 3_000;
/** Nobody waits longer for one run to be told. */
const PATIENCE_MS = 60_000;

export const SCENARIOS = {
  local: { what: 'runs of five local steps', single: diamond, batch: diamond },
  service: {
    what: 'runs that call a service of 50 ms',
    single: calls('steady', 1),
    batch: calls('steady', 1),
  },
  storm: {
    what: 'runs that call a service, beside runs whose service always fails and is tried again',
    single: calls('steady', 1),
    batch: calls('failing', 1),
    measured: LONG_BESIDE,
  },
};

/**
 * One user's runs, one at a time, alone and while another user keeps opening runs without waiting for any. The ratio
 * says how much the other's delay them: one is not at all. `done` is from the request until the run is closed, as its
 * events say; `told` until the API says so, which waits for the read models too.
 */
export async function fairness({ root, runs, only = Object.keys(SCENARIOS), say = console.log }) {
  await build();
  const result = {};
  for (const name of only) {
    const house = await openHouse(root);
    try {
      result[name] = await measure(house, SCENARIOS[name], runs);
    } finally {
      await house.stop();
    }
    say(lines(name, result[name]));
  }
  return result;
}

async function measure(house, { single, batch, measured = BESIDE }, runs) {
  const [one, other] = [await house.user('user_single'), await house.user('user_batch')];
  await awake(one);
  await awake(other);
  await repeat(one, single, { runs: 10, ms: 10_000 });
  const alone = await repeat(one, single, ALONE);
  const opening = open(other, batch, runs);
  await new Promise((resolve) => setTimeout(resolve, AHEAD_MS));
  const beside = await repeat(one, single, measured);
  const { users } = await house.operator.get('/monitor/waiting');
  opening.stop();
  await opening.done;
  const theirs = users.find(({ key }) => key === 'user_batch');
  return {
    alone,
    beside,
    ratio: {
      doneP50: round(beside.done.p50 / alone.done.p50),
      doneP99: round(beside.done.p99 / alone.done.p99),
      toldP50: round(beside.told.p50 / alone.told.p50),
      toldP99: round(beside.told.p99 / alone.told.p99),
    },
    batch: { runs, opened: opening.opened(), refused: opening.refused(), waitingJobs: theirs?.waiting ?? 0, because: theirs?.because ?? null },
  };
}

/** A key is known once the read models have it. */
async function awake(user) {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await user.get('/services');
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function repeat(user, plan, { runs, ms }) {
  const begun = [];
  const told = [];
  const end = performance.now() + ms;
  while (told.length < runs && performance.now() < end) {
    const began = Date.now();
    const id = await user.create(plan);
    const status = await user.ended(id, PATIENCE_MS);
    if (status !== 'completed') throw new Error(`a run is ${status}`);
    told.push(Date.now() - began);
    begun.push({ id, began });
  }
  const done = [];
  for (const { id, began } of begun) done.push((await user.closedAt(id, PATIENCE_MS)) - began);
  return { runs: told.length, done: figures(done), told: figures(told) };
}

const figures = (values) => ({ p50: round(quantile(values, 0.5)), p99: round(quantile(values, 0.99)) });

/** Opens runs and waits for none of them. */
function open(user, plan, runs) {
  let opened = 0;
  let next = 0;
  let stopped = false;
  const refused = new Map();
  const lane = async () => {
    while (next < runs && !stopped) {
      next++;
      try {
        await user.create(plan);
        opened++;
      } catch (error) {
        const said = String(error.message).slice(0, 200);
        refused.set(said, (refused.get(said) ?? 0) + 1);
      }
    }
  };
  return {
    opened: () => opened,
    refused: () => Object.fromEntries([...refused].slice(0, 5)),
    stop: () => {
      stopped = true;
    },
    done: Promise.all(Array.from({ length: HURRY }, lane)),
  };
}

const of = ({ done, told, runs }) =>
  `done p50 ${done.p50} ms  p99 ${done.p99} ms   told p50 ${told.p50} ms  p99 ${told.p99} ms   (${runs} runs)`;

const lines = (name, { alone, beside, ratio, batch }) =>
  `${name}: ${SCENARIOS[name].what}\n` +
  `  alone   ${of(alone)}\n` +
  `  beside  ${of(beside)}\n` +
  `  ratio   done p50 ${ratio.doneP50}  p99 ${ratio.doneP99}   told p50 ${ratio.toldP50}  p99 ${ratio.toldP99}\n` +
  `  the other opened ${batch.opened} of ${batch.runs}, ${batch.waitingJobs} of its jobs wait${
    batch.because ? ` (${batch.because.replaceAll('_', ' ')})` : ''
  }`;
