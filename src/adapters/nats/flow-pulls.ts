import type { JobFlow } from '../../ports/jobs.js';
import type { Turn } from '../job-turns.js';
import type { Delivery } from './delivery.js';
import { FlowConsumers } from './flow-consumers.js';
import { JobPuller, type PullEnd } from './job-puller.js';
import type { JobNames } from './job-streams.js';
import type { DisposableStreams } from './streams.js';

/** How long a flow rests after its consumer could not be made. */
const REST_MS = 500;

export interface Pulled {
  /** a job, and the turn it takes; without one when it came too late */
  took(delivery: Delivery, turn: Turn | undefined): void;
  /** there was nothing for this turn */
  missed(turn: Turn): void;
  /** so much of a flow waits now */
  left(flow: JobFlow, waiting: number): void;
  /** hands are free again */
  ended(): void;
}

interface Lane {
  readonly flow: JobFlow;
  /** turns asked for, and those that wait for that to end */
  asked: Turn[];
  next: Turn[];
  pending: number;
}

/** Turns given turns into jobs: one pull at a time from the consumer of each flow. */
export class FlowPulls {
  private readonly lanes = new Map<string, Lane>();
  private readonly puller: JobPuller;
  private readonly consumers: FlowConsumers;
  private closed = false;
  /** turns that have no job yet */
  reserved = 0;

  constructor(
    streams: DisposableStreams,
    private readonly names: JobNames,
    ackWaitMs: number,
    private readonly tell: Pulled,
  ) {
    this.consumers = new FlowConsumers(streams, names, ackWaitMs);
    this.puller = new JobPuller(streams.connection, names.jobs, (delivery) => this.receive(delivery));
  }

  isPulling({ key }: JobFlow): boolean {
    return this.lanes.has(key);
  }

  take(turns: readonly Turn[]): void {
    const fresh = new Set<Lane>();
    for (const turn of turns) {
      const { key } = turn.flow;
      const lane = this.lanes.get(key) ?? { flow: turn.flow, asked: [], next: [], pending: 0 };
      if (!this.lanes.has(key)) fresh.add(lane);
      this.lanes.set(key, lane);
      lane.next.push(turn);
      this.reserved++;
    }
    for (const lane of fresh) this.pull(lane, false);
  }

  giveUp(): void {
    this.puller.giveUp();
  }

  close(): void {
    this.closed = true;
    this.puller.close();
  }

  private pull(lane: Lane, again: boolean): void {
    const { flow } = lane;
    lane.asked.push(...lane.next.splice(0));
    if (this.consumers.isMade(flow) && !again) this.ask(lane, false);
    else {
      const made = again ? this.consumers.makeAgain(flow) : this.consumers.make(flow);
      made.then(
        () => this.ask(lane, again),
        () => this.restFrom(lane),
      );
    }
  }

  private ask(lane: Lane, again: boolean): void {
    const { flow } = lane;
    if (this.closed) {
      this.end(lane, 0);
      return;
    }
    const source = { consumer: this.names.consumer(flow), subject: this.names.flowSubject(flow) };
    lane.pending = 0;
    this.puller.pull(source, lane.asked.length, (end) => this.ended(lane, end, again));
  }

  private ended(lane: Lane, { missing }: PullEnd, again: boolean): void {
    if (missing && !this.closed) {
      if (again) this.restFrom(lane);
      else this.pull(lane, true);
    } else this.end(lane, lane.asked.length > 0 ? 0 : lane.pending);
  }

  /** Gives back what is left of the turns, and goes on with those that came meanwhile. */
  private end(lane: Lane, waiting: number): void {
    const missed = lane.asked.splice(0);
    this.reserved -= missed.length;
    for (const turn of missed) this.tell.missed(turn);
    if (lane.next.length > 0 && waiting > 0 && !this.closed) {
      this.pull(lane, false);
      return;
    }
    const unasked = lane.next.splice(0);
    this.reserved -= unasked.length;
    this.lanes.delete(lane.flow.key);
    for (const turn of unasked) this.tell.missed(turn);
    this.tell.left(lane.flow, waiting);
    this.tell.ended();
  }

  private restFrom(lane: Lane): void {
    if (this.closed) this.end(lane, 0);
    else setTimeout(() => this.end(lane, 1), REST_MS).unref();
  }

  private receive(delivery: Delivery): void {
    const { key } = this.names.flowOf(delivery.message.subject);
    const lane = this.lanes.get(key);
    const turn = lane?.asked.shift();
    if (turn) {
      this.reserved--;
      lane!.pending = delivery.pending;
    }
    this.tell.took(delivery, turn);
  }
}
