import { generateKeyPairSigner } from '@solana/kit';
import { type CrashPointName, crashPointNames } from '../../src/runtime/crash-points.js';
import { type Books, objectionsTo } from '../chaos/kit/books.js';
import { House } from '../chaos/kit/house.js';
import type { PatientClient } from '../chaos/kit/patient-client.js';
import { requireResults } from '../chaos/kit/results.js';
import { settledBooks } from '../chaos/kit/settled-books.js';
import { until, type WorkflowDoc } from '../e2e/kit/client.js';
import { PRICE } from '../e2e/kit/market.js';
import { temporaryFolder } from '../kit/folder.js';
import {
  isRun,
  OUTCOMES,
  openSweepMarket,
  SWEEP_ENV,
  type SweepMarket,
  type Workload,
  wishOf,
  workloadOf,
} from './workloads.js';

/** A process that serves and does not reach its point in this time never will. */
const REACH_MS = 40_000;
const FINISH_MS = 240_000;
const DEPOSIT = 1_000_000n;

/**
 * So many processes die one after the other before one lives: a run that sees nothing but dying processes ends by the
 * time limits of its steps, as it should.
 */
const IN_A_ROW = 5;
const CALM_MS = 30_000;
const SETTLED_MS = 120_000;

/** What was seen of one crash point. */
export interface Crash {
  readonly point: CrashPointName;
  readonly workload: Workload;
  /** the process killed itself there */
  readonly reached: boolean;
  /** from the kill to the end of the run, by processes that were killed in turn */
  readonly recoveredInMs: number | undefined;
  /** what did not hold afterwards, a line each */
  readonly objections: readonly string[];
}

export interface Sweep {
  readonly crashes: readonly Crash[];
  /** what does not hold of the books as a whole */
  readonly objections: readonly string[];
  readonly seconds: number;
}

interface Run {
  readonly point: CrashPointName;
  readonly workload: Workload;
  workflow: WorkflowDoc | undefined;
  endedAt: number | undefined;
  failure: string | undefined;
}

/**
 * Kills a process at every point, one after the other, on one set of servers. The next process starts armed for the
 * next point and finishes what the last one left, so that many are killed in the middle of a recovery as well.
 */
export async function sweep(
  points: readonly CrashPointName[] = crashPointNames,
  onCrash: (point: CrashPointName, afterMs: number | undefined) => void = () => undefined,
): Promise<Sweep> {
  const began = performance.now();
  const folder = temporaryFolder();
  const stalls = await openSweepMarket();
  const { market } = stalls;
  const { house, app } = await House.open(folder.path, market);
  try {
    const client = house.client();
    const runs = new Map<CrashPointName, Run>();
    const starts = new Map<CrashPointName, () => Promise<void>>();
    await Promise.all(
      points.map(async (point) => {
        const run: Run = {
          point,
          workload: workloadOf(point),
          workflow: undefined,
          endedAt: undefined,
          failure: undefined,
        };
        runs.set(point, run);
        starts.set(point, await prepared(run, house, client, stalls));
      }),
    );
    await app.stop();

    const under: Promise<void>[] = [];
    const diedAt = new Map<CrashPointName, number>();
    for (const [index, point] of points.entries()) {
      if (index > 0 && index % IN_A_ROW === 0) await calm(house, under);
      const run = runs.get(point)!;
      const started = performance.now();
      const armed = house.launch({ ...SWEEP_ENV, CRASH_AT: point });
      const done = starts.get(point)!();
      under.push(
        done.then(
          () => {
            run.endedAt = performance.now();
          },
          (error: unknown) => {
            run.failure = String(error);
          },
        ),
      );
      await armed.serves();
      const end = await armed.endedWithin(REACH_MS);
      if (end?.signal === 'SIGKILL') diedAt.set(point, performance.now());
      else {
        run.failure = `the process did not get there: ${JSON.stringify(end)} ${armed.output().slice(-500)}`;
        await armed.kill();
      }
      onCrash(point, diedAt.has(point) ? performance.now() - started : undefined);
    }
    const last = await house.start(SWEEP_ENV);
    const finished = await Promise.race([
      Promise.all(under).then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), FINISH_MS).unref()),
    ]);
    const books = await settledBooks(house, client, SETTLED_MS);
    const crashes = [...runs.values()].map((run): Crash => {
      const { point, workload, endedAt, failure } = run;
      const died = diedAt.get(point);
      return {
        point,
        workload,
        reached: died !== undefined,
        recoveredInMs: died && endedAt && Math.round(Math.max(0, endedAt - died)),
        objections: [
          ...(failure === undefined ? [] : [failure]),
          ...(failure === undefined && endedAt === undefined ? ['it did not end'] : []),
          ...objectionsToRun(run, books),
        ],
      };
    });
    const { output } = last;
    await last.stop();
    const asked = [...runs.values()].filter(({ workload }) => isRun(workload)).length;
    const objections = [
      ...objectionsTo(books),
      ...(books.runs.size === asked ? [] : [`I1: ${books.runs.size} workflows for ${asked} wishes`]),
      ...(finished ? [] : [`not all ended: ${output().slice(-1_000)}`]),
    ];
    return { crashes, objections, seconds: (performance.now() - began) / 1_000 };
  } finally {
    await house.servers.stop();
    await market.close();
    folder.remove();
  }
}

/** Lets what was interrupted end, but for what a lost answer keeps waiting for a minute. */
async function calm(house: House, under: readonly Promise<void>[]): Promise<void> {
  const living = await house.start(SWEEP_ENV);
  const late = new Promise((resolve) => setTimeout(resolve, CALM_MS).unref());
  await Promise.race([Promise.all(under), late]);
  await living.stop();
}

/** Does what can be done before the crash. @returns what leads to the point, and then to the end of the run */
async function prepared(
  run: Run,
  house: House,
  client: PatientClient,
  { release, settle }: Pick<SweepMarket, 'release' | 'settle'>,
): Promise<() => Promise<void>> {
  const { workload, point } = run;
  if (workload === 'deposit') {
    // no two of the same amount: with the same blockhash they would be one transaction
    const amount = DEPOSIT + BigInt(crashPointNames.indexOf(point));
    const signature = await inTurn(() => house.transfer(amount));
    return () => credited(client, signature, amount);
  }
  if (workload === 'withdrawal') return () => withdrawn(client, house, point);
  if (workload === 'payout') return () => paidOut(client, point);
  const create = async () => {
    const id = await client.create(wishOf(workload, point));
    return client.until(id, ({ status }) => status !== 'planning', FINISH_MS);
  };
  if (workload !== 'create' && workload !== 'words') run.workflow = await create();
  if (workload === 'refund') return givenBack(run, house, client);
  return async () => {
    run.workflow ??= await create();
    const { id, plan } = run.workflow;
    const { status, body } = await client.approve(id, plan!.planHash);
    if (status !== 200) throw new Error(`approve answered ${status} ${JSON.stringify(body)}`);
    if (workload === 'cancel') {
      // said again after a lost answer it may be refused, since it is done
      await client.post(`/workflows/${id}/cancel`);
      release(point);
    }
    const closed = await client.closed(id, FINISH_MS);
    run.workflow = { ...closed, plan };
    const receipt = await client.receipt(id, workload === 'proof' ? 'proof' : 'issued');
    const { valid, checks } = await client.verify('rcpt_any', receipt);
    if (!valid) throw new Error(`the receipt does not verify: ${JSON.stringify(checks)}`);
    await requireResults(client, closed);
    if (workload === 'kept') await settle(point);
  };
}

/** The run has failed and its recipient has given the money back; nobody has asked for it yet. */
async function givenBack(run: Run, house: House, client: PatientClient): Promise<() => Promise<void>> {
  const { id, plan } = run.workflow!;
  await client.approve(id, plan!.planHash);
  run.workflow = { ...(await client.closed(id, FINISH_MS)), plan };
  const [paid] = run.workflow.payments;
  await inTurn(() => house.transfer(PRICE, `refund:${paid!.signature}`));
  return async () => {
    const asked = await client.post(`/payments/${paid!.id}/refund`, {});
    if (asked.status >= 300) throw new Error(`the refund answered ${JSON.stringify(asked.body)}`);
    await inHistory(client, 'refund_credited', paid!.id);
  };
}

async function inHistory(client: PatientClient, kind: string, reference: string): Promise<void> {
  const { userId } = client.account;
  await until(async () => {
    const path = `/escrow/${userId}/history?limit=200`;
    const { body } = await client.get<{ history: { kind: string; reference: string }[] }>(path);
    return body.history.some((line) => line.kind === kind && line.reference === reference) ? true : undefined;
  }, FINISH_MS);
}

async function credited(client: PatientClient, signature: string, micros: bigint): Promise<void> {
  const { userId } = client.account;
  const amount = Number(micros) / 1_000_000;
  const reported = await client.post(`/escrow/${userId}/deposit`, { amount, signature });
  if (reported.status >= 300) throw new Error(`deposit answered ${JSON.stringify(reported.body)}`);
  await inHistory(client, 'deposit_confirmed', signature);
}

async function withdrawn(client: PatientClient, house: House, point: CrashPointName): Promise<void> {
  const path = `/escrow/${client.account.userId}/withdrawals`;
  const destination = await house.wallet();
  const asked = await client.call<{ withdrawalId: string }>(
    'POST',
    path,
    { amount: 0.25, destination },
    { 'idempotency-key': `withdrawal-${point}` },
  );
  if (asked.status >= 300) throw new Error(`withdraw answered ${JSON.stringify(asked.body)}`);
  await inHistory(client, 'withdrawal_confirmed', asked.body.withdrawalId);
}

/** Two recipients, whose token accounts are opened for them. */
async function paidOut(client: PatientClient, point: CrashPointName): Promise<void> {
  const recipients = await Promise.all([generateKeyPairSigner(), generateKeyPairSigner()]);
  const payouts = recipients.map(({ address }, index) => ({
    recipient: address,
    amount: 0.1,
    reference: `${point} ${index}`,
  }));
  const asked = await client.call<{ settlement: { id: string } }>(
    'POST',
    '/operator/payouts',
    { payouts },
    { 'idempotency-key': `payout-${point}` },
  );
  if (asked.status >= 300) throw new Error(`payout answered ${JSON.stringify(asked.body)}`);
  await until(async () => {
    const path = `/operator/payouts/${asked.body.settlement.id}`;
    const { status, body } = await client.get<{ settlement: { payouts: { status: string }[] } }>(path);
    return status === 200 && body.settlement.payouts.every((one) => one.status === 'paid') ? true : undefined;
  }, FINISH_MS);
  await until(async () => {
    const { body } = await client.get<{ earnings: { accruedMicro: string }[] }>('/operator/earnings');
    return body.earnings.length === 2 ? true : undefined;
  }, FINISH_MS);
}

/** The wallet signs one transfer after the other. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** One payment for each paid step, and its outcome; the rest is judged over all runs. */
function objectionsToRun({ workload, workflow }: Run, { landed, payments }: Books): readonly string[] {
  if (!workflow) return !isRun(workload) ? [] : ['it was never created'];
  const said: string[] = [];
  if (!OUTCOMES[workload].includes(workflow.status))
    said.push(`it is ${workflow.status}: ${JSON.stringify(workflow.error)}`);
  const its = [...payments].filter(([, events]) =>
    events.some((event) => event.type === 'PaymentQuoted' && event.workflowId === workflow.id),
  );
  const paid = its.map(([id]) => landed.get(id)!.length).filter((times) => times > 0);
  const expected = EXPECTED_PAYMENTS[workload];
  const isWrong = workload === 'cancel' ? paid.length > expected : paid.length !== expected;
  if (isWrong || paid.some((times) => times !== 1))
    said.push(`${expected} payments expected, landed: ${JSON.stringify(paid)}`);
  return said;
}

/** A cancelled run has paid at most for what was under way; an undone one has paid for its undoing. */
const EXPECTED_PAYMENTS: Readonly<Record<Workload, number>> = {
  create: 1,
  words: 1,
  paid: 2,
  moody: 1,
  queued: 2,
  long: 1,
  undo: 2,
  cancel: 1,
  proof: 1,
  deposit: 0,
  withdrawal: 0,
  payout: 0,
  refund: 1,
  lost: 1,
  elsewhere: 0,
  kept: 1,
};
