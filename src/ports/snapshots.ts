/** The state of a stream as it was after one of its events: saves folding everything before it. */
export interface Snapshot {
  readonly revision: number;
  /** of the event at that revision: where the stream tells another one, the snapshot is of another history */
  readonly eventId: string;
  readonly text: string;
}

/**
 * A cache of folded streams. Whatever it forgets, garbles or answers late is made again from the events, so nothing
 * here need be durable. `shape` names what the text means: a program sees only what its own shape wrote.
 */
export interface SnapshotStore {
  load(stream: string, shape: string): Promise<Snapshot | undefined>;
  /** Keeps the newest of a stream; beyond LIMITS.snapshots those saved longest ago go. */
  save(stream: string, shape: string, snapshot: Snapshot): Promise<void>;
}
