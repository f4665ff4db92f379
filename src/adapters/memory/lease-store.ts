import type { Absent, Lease, LeaseStore, Member, Roll } from '../../ports/leases.js';
import { instanceReplaced } from '../instance-replaced.js';

interface Held {
  holder: Pick<Member, 'instance' | 'life'> | undefined;
  epoch: number;
  until: number;
}

/** @param now the clock of the store, in ms */
export class MemoryLeaseStore implements LeaseStore {
  private readonly members = new Map<string, Member & { until: number; isConnected: boolean }>();
  private readonly leases = new Map<string, Held>();
  private readonly listeners = new Map<string, () => void>();

  constructor(private readonly now: () => number) {}

  async join(member: Member, ttlMs: number): Promise<void> {
    const { instance } = member;
    this.members.delete(instance);
    this.members.set(instance, { ...member, until: this.now() + ttlMs, isConnected: true });
    for (const lease of this.leases.values())
      if (lease.holder?.instance === instance && lease.holder.life !== member.life) free(lease);
  }

  async renew(member: Member, ttlMs: number): Promise<Roll> {
    const now = this.now();
    const known = this.members.get(member.instance);
    if (known && known.life !== member.life && known.until > now) throw instanceReplaced(member.instance);
    this.members.set(member.instance, { ...member, until: now + ttlMs, isConnected: true });
    const held: Lease[] = [];
    const taken: string[] = [];
    for (const [resource, lease] of this.leases) {
      if (isBy(lease, member)) {
        lease.until = now + ttlMs;
        held.push({ resource, epoch: lease.epoch });
      } else if (lease.until > now) taken.push(resource);
    }
    const members = [...this.members.values()].filter(({ until }) => until > now);
    return { held, members: members.map(({ instance, pools }) => ({ instance, pools })), taken };
  }

  async acquire(member: Member, resources: readonly string[], ttlMs: number): Promise<readonly Lease[]> {
    const now = this.now();
    return resources.flatMap((resource) => {
      const before = this.leases.get(resource);
      if (before && before.until > now) return [];
      const epoch = (before?.epoch ?? 0) + 1;
      this.leases.set(resource, { holder: member, epoch, until: now + ttlMs });
      return [{ resource, epoch }];
    });
  }

  async release(member: Member, leases: readonly Lease[]): Promise<void> {
    for (const { resource, epoch } of leases) {
      const lease = this.leases.get(resource);
      if (lease && lease.epoch === epoch && isBy(lease, member)) free(lease);
    }
  }

  /** Its process ended, or lost its connection and does not know yet. */
  hangUp(instance: string): void {
    const member = this.members.get(instance);
    if (member) member.isConnected = false;
    this.listeners.get(instance)?.();
  }

  onHangUp({ instance }: Member, told: () => void): void {
    this.listeners.set(instance, told);
  }

  async look({ instance, life }: Member): Promise<readonly Absent[]> {
    const known = this.members.get(instance);
    if (known?.life === life) known.isConnected = true;
    const now = this.now();
    return [...this.members.values()]
      .filter((other) => other.instance !== instance && !other.isConnected && other.until > now)
      .map((other) => ({ instance: other.instance, life: other.life, connection: other.life }));
  }

  async remove(absent: readonly Absent[]): Promise<void> {
    for (const { instance, life } of absent) {
      const member = this.members.get(instance);
      if (member?.life === life && !member.isConnected) await this.leave(member);
    }
  }

  async leave(member: Member): Promise<void> {
    for (const lease of this.leases.values()) if (isBy(lease, member)) free(lease);
    if (this.members.get(member.instance)?.life === member.life) this.members.delete(member.instance);
  }
}

const isBy = ({ holder }: Held, { instance, life }: Member): boolean =>
  holder?.instance === instance && holder.life === life;

const free = (lease: Held): void => {
  lease.holder = undefined;
  lease.until = Number.NEGATIVE_INFINITY;
};
