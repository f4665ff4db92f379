import { isRefusal } from '../kernel/errors.js';
import type { Absent, Lease, LeaseStore, Member, Roll } from '../ports/leases.js';
import { HeldLease } from './held-lease.js';
import type { Log } from './log.js';
import { pause } from './pause.js';
import { poolShare } from './pool-share.js';

/** Somebody who works on resources of one pool while this process holds them. */
export interface Tenant {
  readonly pool: string;
  readonly resources: readonly string[];
  /** Begins to work on them. */
  take(leases: readonly HeldLease[]): Promise<void>;
  /** Finishes what is under way, so that whoever has them next has nothing to repeat. */
  giveUp(resources: readonly string[]): Promise<void>;
  /** Another process has them already. */
  lose(resources: readonly string[]): Promise<void>;
}

export interface LeaseTiming {
  /** ms after which a process that says nothing is taken for dead */
  readonly ttlMs: number;
  /** ms between two looks for the connections of the others */
  readonly lookEveryMs?: number;
}

/** A lease is renewed this many times within its life. */
const RENEWALS = 3;
const LOOK_EVERY_MS = 150;
/**
 * Looks in a row in which a connection has to be missing: its process may have lost nothing but that, and says at its
 * own next look by which other it is there.
 */
const LOOKS = 3;
/** What ended one's own connection may have ended all, and who is back first would take all others for dead. */
const ALL_BACK_MS = 2_000;
/** Who has less than its share looks more often: somebody is about to release it. */
const HUNGRY_MS = 250;

/**
 * Holds this process's share of what only one process at a time may work on: renews it, gives up what is more than
 * its share, and takes what nobody holds.
 */
export class LeaseKeeper {
  private readonly stopping = new AbortController();
  private readonly held = new Map<string, HeldLease>();
  private joined: Promise<void> | undefined;
  private members: Roll['members'] = [];
  private renewing: Promise<void> = Promise.resolve();
  private looking: Promise<void> = Promise.resolve();
  /** in how many looks each connection has been missing */
  private missing: ReadonlyMap<string, number> = new Map();
  private balancing: Promise<void> = Promise.resolve();
  private renewals = 0;
  private isBalancing = false;
  private isHungry = false;
  private hasHungUp = false;
  private isEnding = false;

  constructor(
    private readonly store: LeaseStore,
    private readonly member: Member,
    private readonly tenants: readonly Tenant[],
    private readonly timing: LeaseTiming,
    private readonly log: Log,
  ) {}

  /** Resolves when the others are known; what is free begins to be taken. */
  join(): Promise<void> {
    this.joined ??= this.store.join(this.member, this.timing.ttlMs).then(() => this.renew());
    return this.joined;
  }

  /** Resolves when what is free at this moment is taken and worked on. */
  async start(): Promise<void> {
    await this.join();
    await this.balancing;
    this.store.onHangUp(this.member, () => {
      this.hasHungUp = true;
    });
    this.renewing = this.keepRenewing();
    this.looking = this.keepLooking();
  }

  /** Gives up everything in good order, so that nobody has to wait for a lease to run out. */
  async stop(): Promise<void> {
    this.isEnding = true;
    await this.balancing;
    await Promise.all(this.tenants.map((tenant) => tenant.giveUp(this.mine(tenant))));
    this.stopping.abort();
    await Promise.all([this.renewing, this.looking]);
    this.held.clear();
    await this.store
      .leave(this.member)
      .catch((error: unknown) => this.failed(error, 'leases not given back'));
  }

  /** Whether another living process is a member of `pool`, as far as is known. */
  hasOthers(pool: string): boolean {
    return this.members.some(
      ({ instance, pools }) => instance !== this.member.instance && pools.includes(pool),
    );
  }

  private async keepRenewing(): Promise<void> {
    const every = this.timing.ttlMs / RENEWALS;
    while (!this.stopping.signal.aborted) {
      await pause(this.isHungry ? Math.min(HUNGRY_MS, every) : every, this.stopping.signal);
      if (!this.stopping.signal.aborted) await this.renew();
    }
  }

  /** One that dies is found by its connection long before its leases run out; one that is paused is not. */
  private async keepLooking(): Promise<void> {
    const every = Math.min(this.timing.lookEveryMs ?? LOOK_EVERY_MS, this.timing.ttlMs / RENEWALS);
    let isFailing = false;
    let unjudged = 0;
    while (!this.stopping.signal.aborted) {
      await pause(every, this.stopping.signal);
      // who is alone may have company by now that it has not heard of, and that does not see it
      if (this.stopping.signal.aborted || !(this.hasCompany() || this.hasHungUp)) continue;
      if (this.hasHungUp) unjudged = Math.ceil(ALL_BACK_MS / every);
      this.hasHungUp = false;
      try {
        await this.look(unjudged === 0);
        isFailing = false;
        unjudged = Math.max(0, unjudged - 1);
      } catch (error) {
        if (!isFailing) this.failed(error, 'connections not looked for');
        isFailing = true;
        this.hasHungUp = true;
      }
    }
  }

  private hasCompany(): boolean {
    return this.members.some(({ instance }) => instance !== this.member.instance);
  }

  /** @param judges whether a connection that is missing says anything */
  private async look(judges: boolean): Promise<void> {
    const missing = await this.store.look(this.member);
    const absent = judges ? missing : [];
    const before = this.missing;
    this.missing = new Map(absent.map((each) => [keyOf(each), (before.get(keyOf(each)) ?? 0) + 1]));
    const dead = absent.filter((each) => this.missing.get(keyOf(each))! >= LOOKS);
    if (dead.length > 0) {
      await this.store.remove(dead);
      const instances = dead.map(({ instance }) => instance);
      this.log.warn({ instances }, 'processes are gone: what they held is free');
    }
    // who is not missing any more is back, or another has found it first
    if (dead.length > 0 || [...before.keys()].some((key) => !this.missing.has(key))) await this.renew();
  }

  /** What is held counts from before it was asked for. */
  private async renew(): Promise<void> {
    const asked = performance.now();
    const number = ++this.renewals;
    try {
      const roll = await this.store.renew(this.member, this.timing.ttlMs);
      this.members = roll.members;
      this.adopt(roll, asked, number);
      if (!this.isBalancing && !this.isEnding) this.balancing = this.balance(roll);
    } catch (error) {
      this.failed(error, 'leases not renewed');
      this.isHungry = true;
      // by a life that may be over already: its words can be late. Nothing is ours until it has run out
      if (isRefusal(error, 'INSTANCE_REPLACED')) this.lose([...this.held.values()]);
    }
  }

  /** What was taken while the question was on its way is not part of the answer. */
  private adopt(roll: Roll, asked: number, number: number): void {
    this.members = roll.members;
    const lost: HeldLease[] = [];
    for (const lease of this.held.values())
      if (roll.held.some((each) => lease.is(each))) lease.renewed(asked, this.timing.ttlMs);
      else if (lease.since < number) lost.push(lease);
    this.lose(lost);
  }

  /** While it gives up and takes, renewing goes on. */
  private async balance(roll: Roll): Promise<void> {
    this.isBalancing = true;
    try {
      await this.releaseUnknown(roll);
      const wanting = await all(this.tenants.map((tenant) => this.balanceOne(tenant, roll)));
      this.isHungry = wanting.includes(true);
    } catch (error) {
      this.isHungry = true;
      this.failed(error, 'leases not balanced');
    } finally {
      this.isBalancing = false;
    }
  }

  /** What was given, or given back, by a call whose answer was lost: renewed for ever, nobody would work on it. */
  private async releaseUnknown({ held }: Roll): Promise<void> {
    const unknown = held.filter((lease) => !this.held.get(lease.resource)?.is(lease));
    if (unknown.length > 0) await this.store.release(this.member, unknown);
  }

  /** @returns whether it has less than its share */
  private async balanceOne(tenant: Tenant, { members, taken }: Roll): Promise<boolean> {
    const { pool, resources } = tenant;
    const share = poolShare(resources.length, pool, members, this.member.instance);
    const mine = this.mine(tenant);
    const surplus = mine.slice(share);
    if (surplus.length > 0) await this.giveUp(tenant, surplus);
    const wanted = share - mine.length;
    if (wanted <= 0 || this.isEnding || this.stopping.signal.aborted) return false;
    const free = resources.filter((resource) => !this.held.has(resource) && !taken.includes(resource));
    if (free.length === 0) return true;
    return (await this.take(tenant, free.slice(0, wanted))) < wanted;
  }

  private async take(tenant: Tenant, resources: readonly string[]): Promise<number> {
    const asked = performance.now();
    const { ttlMs } = this.timing;
    const leases = await this.store.acquire(this.member, resources, ttlMs);
    if (leases.length === 0) return 0;
    const held = leases.map((lease) => new HeldLease(lease, asked, ttlMs, this.renewals));
    for (const lease of held) this.held.set(lease.resource, lease);
    try {
      await tenant.take(held);
    } catch (error) {
      await this.giveUp(
        tenant,
        held.map(({ resource }) => resource),
      );
      throw error;
    }
    this.log.info({ pool: tenant.pool, resources: leases.map(({ resource }) => resource) }, 'leases taken');
    return leases.length;
  }

  private async giveUp(tenant: Tenant, resources: readonly string[]): Promise<void> {
    const leases: Lease[] = resources.flatMap((resource) => this.held.get(resource) ?? []);
    await tenant.giveUp(resources);
    for (const resource of resources) this.held.delete(resource);
    await this.store.release(this.member, leases);
    this.log.info({ pool: tenant.pool, resources }, 'leases given up');
  }

  /** Others have them: nobody here waits for the tenants to notice. */
  private lose(leases: readonly HeldLease[]): void {
    if (leases.length === 0) return;
    const resources = leases.map(({ resource }) => resource);
    this.log.warn({ resources }, 'leases lost');
    for (const lease of leases) {
      lease.lose();
      this.held.delete(lease.resource);
    }
    for (const tenant of this.tenants) {
      const its = tenant.resources.filter((resource) => resources.includes(resource));
      if (its.length > 0)
        tenant.lose(its).catch((error: unknown) => this.failed(error, 'lost leases not let go'));
    }
  }

  private mine({ resources }: Tenant): string[] {
    return resources.filter((resource) => this.held.has(resource));
  }

  private failed(error: unknown, what: string): void {
    this.log.warn({ instance: this.member.instance, error: String(error) }, what);
  }
}

const keyOf = ({ life, connection }: Absent): string => JSON.stringify([life, connection]);

/**
 * Waits for every one even when one fails: what is still being taken must not be balanced a second time meanwhile.
 * @throws what the first of them threw
 */
async function all<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
