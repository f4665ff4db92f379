import { median, quantile, round } from './figures.mjs';
import { openHouse } from './payments/house.mjs';
import { openOurs, openStock } from './payments/payers.mjs';

const WARM_UP = 20;
const COPIES = 50;

/**
 * Payments through client, service, facilitator and chain, the record on a durable store included. One at a time, in
 * turns with the stock paying fetch, for the latency and what ours costs over it; then `burst` at once, from one
 * account, for what goes through in a second.
 */
export async function payments({ singles = 200, burst = 1_000, duplicates = 0 }) {
  const house = await openHouse();
  const ours = await openOurs(house);
  const stock = await openStock(house);
  try {
    for (let i = 0; i < WARM_UP; i++) await Promise.all([ours.pay(), stock.pay()]);
    const times = { ours: [], stock: [] };
    for (let i = 0; i < singles; i++)
      for (const [name, payer] of i % 2 ? [['ours', ours], ['stock', stock]] : [['stock', stock], ['ours', ours]])
        times[name].push(await timed(payer.pay));
    const before = await house.works();
    const rush = await atOnce(burst, ours.pay);
    const worked = (await house.works()) - before;
    const failures = [...rush.failures];
    if (worked !== burst) failures.push(`${worked} works for ${burst} payments`);
    if (duplicates > 0) failures.push(...(await duplicated(house, ours, duplicates)));
    return {
      perSecond: round(burst / rush.seconds),
      p50Ms: round(median(times.ours)),
      p99Ms: round(quantile(times.ours, 0.99)),
      overheadRatio: round(median(times.ours) / median(times.stock)),
      stock: { p50Ms: round(median(times.stock)), p99Ms: round(quantile(times.stock, 0.99)) },
      burst: { payments: burst, seconds: round(rush.seconds), triedAgain: rush.triedAgain },
      failures,
    };
  } finally {
    await ours.close();
    await house.close();
  }
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function atOnce(number, pay) {
  const began = performance.now();
  const all = await Promise.allSettled(Array.from({ length: number }, pay));
  const seconds = (performance.now() - began) / 1_000;
  const failures = all.flatMap(({ reason }) => (reason ? [`${reason.code ?? ''} ${reason.message}`] : []));
  const triedAgain = all.filter(({ value }) => value > 1).length;
  return { seconds, failures, triedAgain };
}

/** The same signed payment fifty times at once, for each of so many payments: each is settled and worked for once. */
async function duplicated(house, ours, number) {
  const before = await house.works();
  const failures = [];
  for (let i = 0; i < number; i++) {
    const send = await ours.prepare();
    const answers = await Promise.all(Array.from({ length: COPIES }, send));
    const said = new Set(answers.map(({ status, claimedSignature }) => `${status} ${claimedSignature}`));
    if (said.size !== 1 || answers[0].status !== 200)
      failures.push(`copies of one payment were answered ${[...said].join(', ')}`);
  }
  const worked = (await house.works()) - before;
  if (worked !== number) failures.push(`${worked} works for ${number} payments of ${COPIES} copies`);
  return failures;
}
