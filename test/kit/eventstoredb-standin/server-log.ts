/** What the server keeps: one log, its streams, and its rules about expected revisions and repeated appends. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

export interface LoggedEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** A revision, or one of the states a client may name. */
export type Expectation = number | 'any' | 'none' | 'exists';

export interface Written {
  readonly revision: number;
  readonly last: LoggedEvent;
}

const BYTES_PER_EVENT = 137n;

export class ServerLog {
  readonly all: LoggedEvent[] = [];
  private readonly streams = new Map<string, LoggedEvent[]>();
  private readonly followers = new Set<() => void>();

  constructor() {
    // A real server's log is never empty: it writes about itself.
    this.write('$settings', [system('$settings'), system('$metadata')]);
  }

  stream(name: string): readonly LoggedEvent[] | undefined {
    return this.streams.get(name);
  }

  revision(name: string): number {
    return (this.streams.get(name)?.length ?? 0) - 1;
  }

  /** @returns undefined for a wrong expected version */
  append(name: string, events: readonly ProposedEvent[], expected: Expectation): Written | undefined {
    const repeated = this.repeated(name, events, expected);
    if (repeated) return repeated;
    return this.accepts(name, expected) && !this.holds(name, events[0]!.id, expected)
      ? this.write(name, events)
      : undefined;
  }

  follow(follower: () => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private accepts(name: string, expected: Expectation): boolean {
    const revision = this.revision(name);
    if (expected === 'any') return true;
    if (expected === 'exists') return revision >= 0;
    return revision === (expected === 'none' ? -1 : expected);
  }

  /** Without an expectation the server knows a repetition by its first event only, and refuses a partial one. */
  private holds(name: string, id: string, expected: Expectation): boolean {
    return typeof expected !== 'number' && !!this.stream(name)?.some((event) => event.id === id);
  }

  /** An append the server has seen before is answered with success and changes nothing. */
  private repeated(
    name: string,
    events: readonly ProposedEvent[],
    expected: Expectation,
  ): Written | undefined {
    const history = this.stream(name) ?? [];
    const first =
      expected === 'none'
        ? 0
        : typeof expected === 'number'
          ? expected + 1
          : history.findIndex((event) => event.id === events[0]!.id);
    if (first < 0 || !events.every((event, nth) => history[first + nth]?.id === event.id)) return undefined;
    const last = history[first + events.length - 1]!;
    return { revision: last.revision, last };
  }

  private write(name: string, events: readonly ProposedEvent[]): Written {
    const history = this.streams.get(name) ?? [];
    this.streams.set(name, history);
    // The events of one append share its commit position and differ in their prepare positions.
    const commit = BigInt(this.all.length + events.length) * BYTES_PER_EVENT;
    for (const event of events) {
      const prepare = BigInt(this.all.length) * BYTES_PER_EVENT;
      const logged = { ...event, stream: name, revision: history.length, commit, prepare };
      history.push(logged);
      this.all.push(logged);
    }
    for (const follower of [...this.followers]) follower();
    return { revision: history.length - 1, last: history.at(-1)! };
  }
}

const system = (type: string): ProposedEvent => ({
  id: crypto.randomUUID(),
  type,
  contentType: 'application/json',
  metadata: new Uint8Array(),
  data: Buffer.from('{}'),
});
