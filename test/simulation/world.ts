import { createHash } from 'node:crypto';
import { MemoryArtifactStore } from '../../src/adapters/memory/artifact-store.js';
import { ContentStore } from '../../src/content/content-store.js';
import type { Parent } from '../../src/events/child.js';
import type { ForkedFrom } from '../../src/events/fork.js';
import type { WorkflowEvent } from '../../src/events/workflow.js';
import { type LimitTable, limitTable } from '../../src/fairness/limit-table.js';
import type { Position, Recorded } from '../../src/kernel/event.js';
import { categoryOf, idOfStream } from '../../src/kernel/ids.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { toMicros } from '../../src/kernel/money.js';
import { givenPlanSchema } from '../../src/planning/draft-schema.js';
import type { PlanDraft } from '../../src/ports/planner.js';
import { batchBodySchema } from '../../src/requests/batch-body.js';
import { ContentRules } from './content-rules.js';
import type { Deeds } from './deeds.js';
import { type Outside, type Role, type SimulatedEngine, startEngine, watched } from './engine.js';
import { EventLog } from './event-log.js';
import type { Fault } from './faults.js';
import { Judge } from './judge.js';
import { LimitRules, SETTLES_IN } from './limit-rules.js';
import { Listeners } from './listeners.js';
import { LiveMessages } from './live-messages.js';
import { Network } from './network.js';
import { OutgoingTransfers } from './outgoing-transfers.js';
import { PaidServices } from './paid-services.js';
import { ListedServices, MoodyPlanner } from './planning.js';
import { asGiven, type Offer, randomDraft, randomOffer, WORDS } from './plans.js';
import type { PlantedBug } from './planted-bugs.js';
import { SimulatedProcess } from './process.js';
import { Random } from './random.js';
import { equalTheirFold } from './read-model-rules.js';
import { ReceiptRules } from './receipt-rules.js';
import { Scheduler } from './scheduler.js';
import { SharedBreakers } from './shared-breakers.js';
import { SharedPermits } from './shared-permits.js';
import { SimulatedChain } from './simulated-chain.js';
import { SharedReadModels } from './tables.js';
import { Checkpoints, Leases, TimerTable } from './timer-table.js';
import { Users } from './users.js';
import { useSimulatedTime } from './virtual-globals.js';
import { WorkQueue } from './work-queue.js';

const BEGIN = Date.UTC(2026, 0, 2, 3);
/** more than any seed needs that ends: what is still running then will never end */
const STEP_LIMIT = 150_000;
const TIME_LIMIT = 4 * 3_600_000;
/** more than a client needs that comes again once all is over */
const STEPS_TO_HEAR = 20_000;
/** and more than half an hour takes in which nothing is left to do */
const STEPS_TO_REST = 60_000;
/** set what listeners draw, and what becomes of connections, apart from what the rest of the world does */
const LISTENING = 1_000_003;
const WIRES = 2_000_003;
/** who comes when the limits of calls are exact */
const LATE_COMERS = 3_000_017;
/** who wants many at once */
const BATCHES = 4_000_037;
/** As src/composition/engine.ts has it. */
const HANDS = { alone: 64, shared: 16 };
const FUNDS = 10_000_000n;

export interface Outcome {
  readonly seed: number;
  /** of everything that happened, in its order */
  readonly hash: string;
  readonly steps: number;
  readonly events: number;
  readonly payments: number;
  readonly simulatedMs: number;
  readonly outcomes: readonly string[];
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  readonly deeds: Deeds;
  /** the rule that did not hold, and the moment */
  readonly broken?: { readonly rule: string; readonly message: string };
  readonly trace?: readonly string[];
}

interface Slot {
  readonly name: string;
  readonly role: Role;
  life: number;
  process?: SimulatedProcess | undefined;
  engine?: SimulatedEngine | undefined;
}

/** Lives through one seed. Nothing but the seed, and the bug planted in it, decides what happens. */
export async function simulate(
  seed: number,
  options: {
    readonly bug?: PlantedBug | undefined;
    readonly trace?: boolean;
  } = {},
): Promise<Outcome> {
  return new World(seed, options.bug, options.trace ?? false).live();
}

/** Of calls: none, or so few that they often have to wait. */
const randomLimits = (random: Random): LimitTable =>
  limitTable({
    userConcurrency: random.pick([0, 0, 0, 1, 3]),
    serviceConcurrency: random.pick([0, 0, 0, 1, 2]),
    servicePerMinute: random.pick([0, 0, 0, 0, 0, 0, 0, 30]),
    services: '',
  });

class World {
  private readonly random: Random;
  private readonly scheduler: Scheduler;
  private readonly network: Network;
  private readonly judge = new Judge();
  private readonly queue: WorkQueue;
  private readonly services: PaidServices;
  private readonly store: EventLog;
  private readonly outside: Outside;
  private readonly limits: LimitRules;
  private readonly users: Users;
  private readonly listeners: Listeners;
  private readonly leases: Leases;
  /** what became of connections is drawn from numbers of its own */
  private readonly wires: Random;
  private readonly readModels: SharedReadModels;
  private readonly timers: TimerTable;
  private readonly chain: SimulatedChain;
  private readonly sender: OutgoingTransfers;
  private readonly offers: readonly Offer[];
  private readonly drafts = new Map<string, PlanDraft>();
  private readonly slots: Slot[] = [];
  private readonly owners = new Map<string, string>();
  /** by read model, the last event that is for it */
  private readonly lastFor = new Map<string, Position>();
  private readonly outcomes: string[] = [];
  private readonly hash = createHash('sha256');
  private readonly lines: string[] = [];
  private isCalm = false;
  private readonly userIds: string[] = [];

  constructor(
    private readonly seed: number,
    private readonly bug: PlantedBug | undefined,
    private readonly tracing: boolean,
  ) {
    const random = new Random(seed);
    this.random = random;
    this.scheduler = new Scheduler(BEGIN, (at, owner, what) => this.note(`${at - BEGIN} ${owner} ${what}`));
    const mild = random.chance(0.25);
    this.network = new Network(this.scheduler, random, {
      lostRequest: mild ? 0 : random.random() * 0.06,
      lostAnswer: mild ? 0 : random.random() * 0.06,
      slow: mild ? 0 : random.random() * 0.08,
    });
    this.queue = new WorkQueue(this.network, mild ? 0 : random.random() * 0.3, this.judge);
    this.store = new EventLog(this.network, (recorded) => this.observe(recorded), this.judge.acknowledged);
    this.offers = Array.from({ length: 4 }, (_, index) => randomOffer(random, index));
    const byUrl = new Map(this.offers.map((offer) => [offer.url, offer]));
    this.services = new PaidServices(this.network, byUrl, this.judge);
    this.readModels = new SharedReadModels(this.network);
    this.timers = new TimerTable(this.network, this.judge);
    const aside = new Random(seed + LISTENING);
    const live = new LiveMessages(this.network, aside);
    this.wires = new Random(seed + WIRES);
    this.leases = new Leases(this.network, (name) =>
      this.slots.some((slot) => slot.name === name && slot.process?.alive),
    );
    this.chain = new SimulatedChain(this.network, FUNDS);
    this.sender = new OutgoingTransfers(this.network, this.judge);
    const { faults } = this.network;
    this.limits = new LimitRules(this.scheduler, randomLimits(random), faults, this.judge.heard);
    this.outside = {
      store: this.store,
      timers: this.timers,
      checkpoints: new Checkpoints(this.network),
      leases: this.leases,
      jobs: this.queue,
      payer: this.services,
      chain: this.chain,
      sender: this.sender,
      opensAccounts: random.chance(0.5),
      vault: { dataKey: async () => new Uint8Array(32).fill(7), destroy: async () => {} },
      artifacts: (bug?.artifacts ?? ((real) => real))(new MemoryArtifactStore()),
      random,
      catalogue: new ListedServices(this.network, this.offers),
      planner: new MoodyPlanner(this.network, (text) => this.drafts.get(/wf_\w+/.exec(text)![0])!),
      breakers: new SharedBreakers(this.network),
      permits: new SharedPermits(this.network),
      limits: this.limits,
      hands: random.pick([HANDS, { alone: 2, shared: 1 }]),
      readModels: this.readModels,
      live,
      worksAtHand: seed % 4 !== 3,
    };
    const anyEngine = (chance: Random) => () => {
      const up = this.slots.flatMap(({ engine }) => (engine?.process.alive ? [engine] : []));
      return up.length > 0 ? chance.pick(up) : undefined;
    };
    this.users = new Users(this.scheduler, random, anyEngine(random), this.judge, bug);
    this.listeners = new Listeners(
      this.network,
      aside,
      this.readModels.tables,
      live,
      anyEngine(aside),
      this.judge,
      bug,
    );
  }

  async live(): Promise<Outcome> {
    const real = useSimulatedTime(this.scheduler);
    try {
      this.begin();
      const { scheduler, judge } = this;
      const isOver = () =>
        judge.violation !== undefined ||
        scheduler.failures.length > 0 ||
        scheduler.now - BEGIN > TIME_LIMIT ||
        (this.isCalm && this.users.busy === 0 && this.isDone);
      await scheduler.run(isOver, STEP_LIMIT);
      if (scheduler.failures.length > 0) throw scheduler.failures[0];
      judge.concludes();
      const heard = () =>
        judge.violation !== undefined || (this.areReadModelsDone && this.listeners.haveHeardAll);
      await scheduler.run(heard, scheduler.steps + STEPS_TO_HEAR);
      this.listeners.concludes();
      const rests = () => judge.violation !== undefined || this.inVain.length === 0;
      await scheduler.run(rests, scheduler.steps + STEPS_TO_REST);
      judge.rests(this.inVain);
      await this.lookAtReceipts();
      await judge.looking(() => equalTheirFold(this.readModels.tables, watched, this.store.log));
    } finally {
      real();
    }
    return this.outcome();
  }

  /** I13: what stands sealed, each receipt as such, and one against its history. */
  private async lookAtReceipts(): Promise<void> {
    const { judge, random } = this;
    const { artifacts, vault } = this.outside;
    const content = new ContentStore(vault, artifacts, random);
    const contents = new ContentRules(content);
    for (const kept of judge.results.kept) await judge.looking(() => contents.areTheSame(kept));
    for (const paid of judge.results.paid) await judge.looking(() => contents.wasDoneBy(paid));
    if (judge.receipts.length === 0) return;
    const rules = new ReceiptRules(this.store.log, artifacts, content);
    const chosen = random.pick(judge.receipts);
    for (const { issued, expected } of judge.receipts)
      await judge.looking(async () => {
        const document = await rules.holds(issued, expected);
        judge.overheard(issued.receiptId, document);
        if (issued === chosen.issued) await rules.followsFromItsHistory(document, random);
      });
  }

  /** Timers that ask again for what is over; whether a payment is given back is asked for days. */
  private get inVain(): readonly string[] {
    return this.timers.repeating.filter((id) => !id.includes('/refund/'));
  }

  private get areReadModelsDone(): boolean {
    return watched.every(({ name }) => {
      const last = this.lastFor.get(name);
      const at = this.readModels.position(name);
      return last === undefined || (at !== undefined && at >= last);
    });
  }

  private get isDone(): boolean {
    const { judge, drafts, services } = this;
    const { children, forks } = judge.family;
    return (
      services.underWay === 0 &&
      this.sender.underWay === 0 &&
      drafts.size === judge.workflows.size - children.size - forks.size - judge.batches.items.size &&
      this.areReadModelsDone &&
      judge.isQuiet
    );
  }

  private begin(): void {
    const { random, scheduler } = this;
    this.slot('core-1', 'core');
    // nothing is lost if two processes take themselves for the one that runs the sagas
    if (random.chance(0.25)) this.slot('core-2', 'core');
    for (let n = random.between(1, 2); n > 0; n--) this.slot(`worker-${n}`, 'worker');
    for (const slot of this.slots) this.start(slot);
    const { userIds: users } = this;
    for (let n = random.between(1, 2); n > 0; n--) users.push(`user_${users.length + 1}`);
    for (const userId of users)
      this.at(random.between(0, 500), () =>
        this.users.deposit(userId, `${userId.slice(-1).repeat(88)}`, toMicros(FUNDS)),
      );
    for (const userId of users) if (random.chance(0.4)) this.at(0, () => this.grant(userId));
    for (const userId of users)
      for (let n = random.pick([0, 0, 0, 1, 2]); n > 0; n--)
        this.at(random.between(0, 90_000), () => this.users.moveMoney(userId));
    for (let n = random.between(1, 3); n > 0; n--) {
      const workflowId = this.wish(random, n, users);
      if (n === 1 && this.seed % 2 === 0) this.at(0, () => this.listeners.follow(workflowId));
    }
    const apart = new Random(this.seed + BATCHES);
    if (apart.chance(0.2)) this.batch(apart);
    const storm = random.between(5, 120) * 1_000;
    this.faults(storm);
    scheduler.after(storm, undefined, 'faults stop', () => this.calm());
  }

  /** Somebody wants something, `ms` from now or up to ten seconds later. @returns the id of what comes of it */
  private wish(random: Random, n: number, users: readonly string[], ms = 0): string {
    const workflowId = `wf_${this.seed.toString(36)}n${n}`;
    const userId = random.pick(users);
    const draft = randomDraft(random, this.offers);
    this.drafts.set(workflowId, draft);
    this.owners.set(workflowId, userId);
    const wanted = random.chance(0.5)
      ? { input: `${WORDS}: please do the work of ${workflowId}` }
      : { plan: givenPlanSchema.parse(asGiven(draft)) };
    this.at(ms + random.between(0, 10_000), () => this.users.create(userId, workflowId, wanted));
    return workflowId;
  }

  /** Somebody wants the same several times, and now and then none of it any more. */
  private batch(random: Random): void {
    const userId = random.pick(this.userIds);
    const template = { plan: asGiven(randomDraft(random, this.offers)) };
    const items = Array.from({ length: random.between(1, 4) }, () => ({}));
    const body = batchBodySchema.parse({ template, items, priority: random.pick(['low', 'normal', 'high']) });
    const endsAfter = random.chance(0.7) ? random.between(0, random.pick([50, 500, 30_000])) : undefined;
    this.at(random.between(0, 10_000), () => this.users.batch(userId, body, endsAfter));
  }

  private grant(userId: string): void {
    const { random, offers } = this;
    const maxTotal = BigInt(random.pick([40, 120, 400, 800])) * 1_000n;
    const named = offers.map(({ payTo }) => payTo).filter(() => random.chance(0.8));
    this.users.grant(userId, `mdt_${this.seed.toString(36)}u${userId.slice(-1)}`, {
      maxTotal: toMicros(maxTotal),
      maxPerTransaction: toMicros(random.chance(0.5) ? maxTotal : maxTotal / 2n),
      forMs: random.pick([20_000, 3_600_000, 3_600_000]),
      ...(named.length > 0 && random.chance(0.3) && { allowedRecipients: named }),
    });
  }

  private faults(storm: number): void {
    const { random } = this;
    const { faults } = this.network;
    const times = (most: number, fault: () => void) => {
      for (let n = random.between(0, most); n > 0; n--) this.at(random.between(0, storm), fault);
    };
    times(6, () => this.crash(random.pick(this.slots)));
    times(2, () => this.retire(random.pick(this.slots)));
    times(3, () => {
      const { process } = random.pick(this.slots);
      if (!process?.alive || this.isCalm) return;
      const ms = random.between(1_000, 45_000);
      process.pausedUntil = this.scheduler.now + ms;
      if (this.wires.chance(0.5)) this.leases.hangUp(process.name);
      faults.count('process paused');
      faults.met(ms > LIMITS.timerLease, 'process paused past a lease');
    });
    times(3, () => {
      const { process } = random.pick(this.slots);
      if (!process?.alive || this.isCalm) return;
      process.skew = random.pick([-120_000, -3_000, 3_000, 120_000]);
      faults.count('clock jumped');
    });
    times(2, () => this.queue.wipe());
  }

  /** No more faults: everything runs, hears and answers, and clocks are right. */
  private calm(): void {
    this.isCalm = true;
    this.network.stormy = false;
    this.limits.calm();
    for (const slot of this.slots) {
      if (!slot.process?.alive) this.start(slot);
      if (slot.process) {
        slot.process.skew = 0;
        slot.process.pausedUntil = 0;
      }
    }
    const late = new Random(this.seed + LATE_COMERS);
    if (this.limits.areNarrow && late.chance(0.3))
      for (const n of [8, 9]) this.wish(late, n, this.userIds, SETTLES_IN);
  }

  private slot(name: string, role: Role): void {
    this.slots.push({ name, role, life: 0 });
  }

  private start(slot: Slot): void {
    const process = new SimulatedProcess(slot.name, this.scheduler);
    slot.life++;
    slot.process = process;
    slot.engine = undefined;
    this.scheduler.after(this.random.between(0, 50), process, `start ${slot.life}`, () => {
      startEngine(this.outside, process, slot.role, this.bug).then(
        (engine) => {
          slot.engine = engine;
        },
        (error: unknown) => this.scheduler.failures.push(error),
      );
    });
  }

  /** Power cut: everything in memory is gone, what was on its way is carried out all the same. */
  private crash(slot: Slot): void {
    if (!slot.process?.alive || this.isCalm) return;
    this.network.faults.count('process crashed');
    slot.process.crash();
    // the connection of a machine that is gone stays
    if (this.wires.chance(0.7)) this.leases.hangUp(slot.name);
    slot.engine = undefined;
    const { process } = slot;
    this.at(this.random.between(50, 15_000), () => {
      if (slot.process === process) this.start(slot);
    });
  }

  /** Asked to stop, and given a moment to do so. */
  private retire(slot: Slot): void {
    const { engine, process } = slot;
    if (!engine || !process?.alive || this.isCalm) return;
    slot.engine = undefined;
    this.network.faults.count('process retired');
    this.scheduler.after(0, process, 'asked to stop', () => void engine.stop());
    this.at(this.random.between(500, 6_000), () => {
      if (slot.process !== process) return;
      process.crash();
      this.start(slot);
    });
  }

  private at(ms: number, what: () => void): void {
    this.scheduler.after(ms, undefined, 'the world', what);
  }

  /** All of it, part of it or nothing, sooner or later. */
  private giveBack(paymentId: string, memo: string): void {
    const { random, judge } = this;
    if (random.chance(0.4)) return;
    const { amount } = judge.payments.get(paymentId)!.landed!;
    const back = random.chance(0.8) ? amount : BigInt(random.between(1, Number(amount)));
    this.at(random.pick([0, 3_000, 60_000]), () => {
      if (this.chain.giveBack(memo, toMicros(back))) judge.givenBack.set(paymentId, back);
    });
  }

  private observe(recorded: Recorded): void {
    const { stream, event } = recorded;
    const { error } = event as { error?: { message?: string } };
    this.note(`  ${stream} ${recorded.revision} ${event.type} ${recorded.id} ${error?.message ?? ''}`);
    for (const { name, handles } of watched)
      if (handles.includes(event.type)) this.lastFor.set(name, recorded.position);
    this.judge.observe(recorded);
    this.judge.overheard(event.type, recorded);
    const id = idOfStream(stream);
    const { parent, forkedFrom = parent } = event as { parent?: Parent; forkedFrom?: ForkedFrom };
    // whoever asked for the one that asked, or for the one it goes on from
    if (event.type === 'WorkflowCreated' && forkedFrom)
      this.owners.set(id, this.owners.get(forkedFrom.workflowId)!);
    const { batchId, userId } = event as { batchId?: string; userId?: string };
    if (event.type === 'WorkflowCreated' && batchId !== undefined) this.owners.set(id, userId!);
    if (event.type === 'RefundRequested') this.giveBack(id, (event as { memo?: string }).memo!);
    const isUnanswered = event.type === 'PaymentUndelivered' || event.type === 'PaymentConfirmed';
    if (isUnanswered && this.random.chance(event.type === 'PaymentConfirmed' ? 0.02 : 0.5))
      this.users.refund(this.judge.payments.get(id)!.quoted!.userId, id);
    if (event.type === 'PayoutFailed') this.users.retryPayout(id, (event as { item?: number }).item!);
    const owner = categoryOf(stream) === 'workflow' ? this.owners.get(id) : undefined;
    if (owner !== undefined) this.users.hear(owner, id, event as WorkflowEvent);
    if (event.type === 'RunClosed') this.outcomes.push((event as { outcome?: string }).outcome ?? '?');
  }

  private note(line: string): void {
    this.hash.update(line);
    if (this.tracing) this.lines.push(line);
  }

  private outcome(): Outcome {
    const { violation } = this.judge;
    return {
      seed: this.seed,
      hash: this.hash.digest('hex').slice(0, 16),
      steps: this.scheduler.steps,
      events: this.store.log.length,
      payments: this.services.chain.size,
      simulatedMs: this.scheduler.now - BEGIN,
      outcomes: this.outcomes,
      faults: this.network.faults.counts,
      deeds: this.judge.deeds.counts,
      ...(violation && { broken: { rule: violation.rule, message: violation.message } }),
      ...(this.tracing && { trace: this.lines }),
    };
  }
}
