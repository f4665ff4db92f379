import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowDoc } from '../e2e/kit/client.js';
import { temporaryFolder } from '../kit/folder.js';
import { Random } from '../simulation/random.js';
import { anyFault, Crew } from './faults.js';
import { type Books, objectionsTo } from './kit/books.js';
import { House } from './kit/house.js';
import { PatientClient } from './kit/patient-client.js';
import { requireResults } from './kit/results.js';
import { settledBooks } from './kit/settled-books.js';
import { anyWish, ENDS, openChaosMarket, planOf, type Wish } from './load.js';

/** Clients that each have one run under way. */
const CLIENTS = 10;
/** of them, those that ask for what waits for breakers */
const WAITING_CLIENTS = 3;
const FIRST_FAULT_MS = 2_000;
const BETWEEN_FAULTS_MS = [1_500, 6_000] as const;
/** Runs that wait for a redelivery, a lease or a step's time limit end within this, once faults have stopped. */
const QUIET_MS = 150_000;

export interface ChaosReport {
  readonly faults: Readonly<Record<string, number>>;
  readonly runs: Readonly<Record<string, number>>;
  readonly payments: number;
  readonly events: number;
  readonly repeatedCalls: number;
  /** from the end of a fault to the next run that closes, sorted */
  readonly recoveriesMs: readonly number[];
  /** from the last fault until nothing was left to do */
  readonly quietAfterMs: number;
  readonly objections: readonly string[];
}

interface Run {
  readonly wish: Wish;
  readonly words: string;
  id: string | undefined;
  approved: boolean;
  closed: WorkflowDoc | undefined;
  objection: string | undefined;
}

/** A whole installation in processes of its own under load, with everything that can be killed killed. */
export async function chaos(
  seed: number,
  minutes: number,
  say: (line: string) => void,
): Promise<ChaosReport> {
  const random = new Random(seed);
  const folder = temporaryFolder();
  const market = await openChaosMarket();
  const { house, app } = await House.open(folder.path, market);
  const crew = new Crew(house);
  crew.keep('app', {}, app);
  crew.keep('worker', { ROLE: 'worker', INSTANCE: 'worker' });
  try {
    const runs: Run[] = [];
    const faults: Record<string, number> = {};
    const recoveries = new Recoveries();
    const clients = Array.from({ length: CLIENTS }, () => house.client());
    const until_ = Date.now() + minutes * 60_000;
    const loads = clients.map((client, n) => {
      const own = new Random(seed * 1_000 + n);
      return load(client, own, until_, runs, { name: `${n}`, waits: n < WAITING_CLIENTS }, recoveries);
    });
    await sleep(FIRST_FAULT_MS);
    while (Date.now() < until_) {
      const [name, fault] = anyFault(random);
      say(`${new Date().toISOString().slice(11, 19)} ${name}`);
      await fault(house, crew, random);
      faults[name] = (faults[name] ?? 0) + 1;
      recoveries.faultEnded();
      await sleep(random.between(...BETWEEN_FAULTS_MS));
    }
    const stopped = performance.now();
    say(`no more faults; ${runs.filter(({ closed }) => !closed).length} runs are open`);
    const quiet = await Promise.race([
      Promise.all(loads).then(() => true),
      sleep(QUIET_MS, false, { ref: false }),
    ]);
    const client = house.client();
    const books = await settledBooks(house, client, QUIET_MS);
    const quietAfterMs = performance.now() - stopped;
    const objections = [
      ...(quiet ? [] : ['I14: not everything ended']),
      ...crew.unexpected,
      ...objectionsTo(books),
      ...runs.flatMap((run) => objectionsToRun(run, books)),
      ...(await readModelsAgree(client, runs, books)),
      ...(await nothingIsToldToOthers(new PatientClient(house.url, house.stranger), runs, books)),
    ];
    return {
      faults,
      runs: counted(runs.map(({ wish, closed }) => `${wish}: ${closed?.status ?? 'open'}`)),
      payments: [...books.landed.values()].reduce((sum, all) => sum + all.length, 0),
      events: books.history.length,
      repeatedCalls: clients.reduce((sum, { repeats }) => sum + repeats, 0),
      recoveriesMs: recoveries.all.sort((a, b) => a - b),
      quietAfterMs,
      objections,
    };
  } finally {
    await crew.dismiss();
    await house.servers.stop();
    await market.close();
    folder.remove();
  }
}

/** One client: a run after the other, each followed to its end and its receipt checked. */
async function load(
  client: PatientClient,
  random: Random,
  until_: number,
  runs: Run[],
  { name, waits }: { readonly name: string; readonly waits: boolean },
  recoveries: Recoveries,
): Promise<void> {
  for (let n = 0; Date.now() < until_; n++) {
    const run: Run = {
      wish: anyWish(random, waits),
      words: `client ${name} run ${n}`,
      id: undefined,
      approved: false,
      closed: undefined,
      objection: undefined,
    };
    runs.push(run);
    try {
      await follow(client, random, run);
      recoveries.runClosed();
    } catch (error) {
      run.objection = `${run.id} (${run.wish}): ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

async function follow(client: PatientClient, random: Random, run: Run): Promise<void> {
  const { wish, words } = run;
  run.id = await client.create(planOf(wish, words));
  const { plan, error } = await client.until(run.id, ({ status }) => status !== 'planning', QUIET_MS);
  if (!plan) throw new Error(`no plan: ${JSON.stringify(error)}`);
  const { status, body } = await client.approve(run.id, plan.planHash);
  if (status !== 200) throw new Error(`approve answered ${status} ${JSON.stringify(body)}`);
  run.approved = true;
  if (wish === 'cancelled') {
    await sleep(random.between(0, 1_500));
    await client.post(`/workflows/${run.id}/cancel`);
  }
  const closed = await client.closed(run.id, QUIET_MS);
  await requireResults(client, closed);
  const receipt = await client.receipt(run.id);
  const { valid, checks } = await client.verify('rcpt_any', receipt);
  if (!valid) throw new Error(`I13: its receipt does not verify: ${JSON.stringify(checks)}`);
  const altered = { ...receipt, statement: { ...(receipt['statement'] as object), workflowId: 'wf_other' } };
  if ((await client.verify('rcpt_any', altered)).valid) throw new Error('I13: an altered receipt verifies');
  run.closed = closed;
}

/** I1, and that each ended as it could only end. */
function objectionsToRun({ id, wish, approved, closed, objection }: Run, books: Books): readonly string[] {
  if (objection !== undefined) return [objection];
  if (id === undefined) return ['a run was never created'];
  const events = books.runs.get(id) ?? [];
  const has = (type: string) => events.some((event) => event.type === type);
  return [
    ...(has('WorkflowCreated') ? [] : [`I1 ${id}: created for its client, and not on record`]),
    ...(!approved || has('WorkflowApproved') ? [] : [`I1 ${id}: approved for its client, not on record`]),
    ...(closed && !ENDS[wish].includes(closed.status)
      ? [`${id} (${wish}) is ${closed.status}: ${JSON.stringify(closed.error)}`]
      : []),
  ];
}

/** I10, as a client sees it: what the API tells is what the events say. I11: the stream has no gap and no double. */
async function readModelsAgree(client: PatientClient, runs: readonly Run[], books: Books) {
  const said: string[] = [];
  for (const { id, closed } of runs) {
    if (!id || !closed) continue;
    const settled = books.runs.get(id)?.find((event) => event.type === 'WorkflowSettled');
    const spent = settled?.type === 'WorkflowSettled' ? settled.actual : undefined;
    if (closed.spentMicro !== spent) said.push(`I10 ${id}: ${closed.spentMicro} told, ${spent} on record`);
  }
  for (const { id } of runs.filter(({ closed }) => closed).slice(0, 20)) {
    const isLast = (type: string) => type === 'receipt.issued';
    const told = await client.stream(id!, 1, (all) => all.some(({ type }) => isLast(type)));
    const numbers = told.flatMap(({ seq }) => seq ?? []);
    if (numbers.some((seq, index) => seq !== index + 1)) said.push(`I11 ${id}: ${numbers.join(' ')}`);
  }
  return said;
}

/** I12: a stranger reads no run, and what was said in one stands nowhere in clear. */
async function nothingIsToldToOthers(stranger: PatientClient, runs: readonly Run[], books: Books) {
  const said: string[] = [];
  const asked = runs.filter(({ closed }) => closed).slice(0, 20);
  for (const { id } of asked)
    for (const path of ['', '/steps', '/result', '/events']) {
      const { status } = await stranger.get(`/workflows/${id}${path}`);
      if (status !== 404) said.push(`I12 ${id}: ${path || 'the run'} answered a stranger ${status}`);
    }
  const all = JSON.stringify(books.history);
  for (const { id, words } of asked)
    if (all.includes(words)) said.push(`I12 ${id}: its words stand in clear in the event store`);
  return said;
}

/** How soon after a fault something is finished again. */
class Recoveries {
  readonly all: number[] = [];
  private open: number[] = [];

  faultEnded(): void {
    this.open.push(performance.now());
  }

  runClosed(): void {
    const now = performance.now();
    this.all.push(...this.open.map((ended) => now - ended));
    this.open = [];
  }
}

const counted = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};
