/** One life of one process that wants a share of the work of its pools. */
export interface Member {
  /** who it is across restarts: what an earlier life of it still held is free as soon as the next one joins */
  readonly instance: string;
  /** tells two lives of one instance apart */
  readonly life: string;
  readonly pools: readonly string[];
}

export interface Lease {
  readonly resource: string;
  /** the fencing token: higher with every holder, for ever. What is written under a lower one is refused. */
  readonly epoch: number;
}

/** Another member whose process is not connected to the store. */
export interface Absent {
  readonly instance: string;
  readonly life: string;
  /** of many that it may have had, the connection that is missing */
  readonly connection: string;
}

export interface Roll {
  /** what the member still holds, for another `ttlMs` from now */
  readonly held: readonly Lease[];
  /** who lives, in the order in which they joined */
  readonly members: readonly Pick<Member, 'instance' | 'pools'>[];
  /** what others hold */
  readonly taken: readonly string[];
}

/**
 * Who may work on what. Whether a lease has run out is judged by the clock of the store alone; a holder counts for
 * itself, from before it asked, and stops first.
 */
export interface LeaseStore {
  /** Takes the place of an earlier life of this instance, whose leases are free from now on. */
  join(member: Member, ttlMs: number): Promise<void>;
  /**
   * Says that the member lives, and renews what it holds: also what ran out, as long as nobody took it.
   * @throws Refusal INSTANCE_REPLACED, terminal, while a life of this instance that joined later is a member
   */
  renew(member: Member, ttlMs: number): Promise<Roll>;
  /** @returns those of `resources` that were free, each with an epoch that was never given out before */
  acquire(member: Member, resources: readonly string[], ttlMs: number): Promise<readonly Lease[]>;
  /** What is not held by this member stays as it is. */
  release(member: Member, leases: readonly Lease[]): Promise<void>;
  /** @param told is called whenever the connection has ended by which the member, of this process, was there */
  onHangUp(member: Member, told: () => void): void;
  /**
   * Says by which connection the member is there, and looks for those of the others. Whose process ends, its connection
   * ends with it; where the store cannot tell, as when a machine is gone, it is there.
   */
  look(member: Member): Promise<readonly Absent[]>;
  /**
   * Frees what they hold, and they are members no more, unless they came by another connection meanwhile. One that
   * lives all the same has lost its leases, and is a member again when it renews.
   */
  remove(absent: readonly Absent[]): Promise<void>;
  /** Releases everything, and is no member any more. */
  leave(member: Member): Promise<void>;
}
