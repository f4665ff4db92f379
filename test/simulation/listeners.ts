import type { WebSocket } from 'ws';
import { Follower } from '../../src/api/ws/follower.js';
import type { LiveBus } from '../../src/ports/live.js';
import type { Sql } from '../../src/ports/sql.js';
import { wireMessage } from '../../src/projections/timeline/queries.js';
import type { TimelineRow } from '../../src/projections/timeline/schema.js';
import type { SimulatedEngine } from './engine.js';
import type { Network } from './network.js';
import type { PlantedBug } from './planted-bugs.js';
import type { Random } from './random.js';
import type { Tables } from './tables.js';
import { must, type Violation } from './violation.js';

interface Told {
  readonly type: string;
  readonly seq?: number;
}

/** One client, and what it has heard: the number of the last message, and each as it came. */
class Listener {
  readonly heard: string[] = [];
  /** connections so far: what comes on an older one is not listened to */
  calls = 0;

  constructor(readonly workflowId: string) {}

  get next(): number {
    return this.heard.length + 1;
  }
}

/**
 * I11. Clients that follow a workflow over a connection that breaks, at processes that crash and pause, and come
 * again with the last number they have: each hears everything once, and in its order.
 */
export class Listeners {
  private readonly listeners: Listener[] = [];
  private readonly sql: Sql;

  constructor(
    private readonly network: Network,
    private readonly random: Random,
    private readonly tables: Tables,
    private readonly live: LiveBus,
    private readonly anyEngine: () => SimulatedEngine | undefined,
    private readonly judge: { heard(judge: () => void): void; readonly violation: Violation | undefined },
    bug: PlantedBug | undefined,
  ) {
    const sql: Sql = {
      query: (text, values) => network.call('read timeline', () => tables.query(text, values)),
    };
    this.sql = bug?.reading?.(sql) ?? sql;
  }

  follow(workflowId: string): void {
    const listener = new Listener(workflowId);
    this.listeners.push(listener);
    this.call(listener);
  }

  /** Whether everybody has heard all there is. */
  get haveHeardAll(): boolean {
    return this.listeners.every(({ workflowId, heard }) => heard.length >= this.toldOf(workflowId).length);
  }

  /** What each has heard is what the timeline tells, all of it. */
  concludes(): void {
    for (const { workflowId, heard } of this.listeners) {
      const told = this.toldOf(workflowId);
      this.judge.heard(() => {
        const at = told.findIndex((message, index) => message !== heard[index]);
        must(at === -1, 'I11', () => `of ${workflowId} was heard ${heard[at]}, and told was ${told[at]}`);
      });
    }
  }

  private toldOf(workflowId: string): readonly string[] {
    const rows = this.tables.all('rm_workflow_timeline') as unknown as readonly TimelineRow[];
    return rows
      .filter(({ workflow_id }) => workflow_id === workflowId)
      .sort((a, b) => Number(a.seq) - Number(b.seq))
      .map((row) => JSON.stringify(wireMessage(row)));
  }

  /** Connects to any process that is up, and after a while again: connections do not last. */
  private call(listener: Listener): void {
    const { network, random } = this;
    const { scheduler } = network;
    const call = ++listener.calls;
    const engine = this.anyEngine();
    let end: () => void = () => undefined;
    if (engine)
      scheduler.after(network.delay(), engine.process, 'a listener', () => {
        end = this.serve(listener, call, engine);
      });
    const lasting = network.stormy ? random.pick([200, 3_000, 20_000]) : 60_000;
    scheduler.after(engine ? lasting : 1_000, undefined, 'a line breaks', () => {
      end();
      this.call(listener);
    });
  }

  private serve(listener: Listener, call: number, { process }: SimulatedEngine): () => void {
    const hear = (message: Told) => {
      if (call === listener.calls) this.hear(listener, message);
    };
    const line = new Line(this.network, hear);
    const { workflowId, next: from } = listener;
    const api = { sql: this.sql, live: this.live, clock: process };
    const follower = new Follower(api, line as unknown as WebSocket, {
      workflowId,
      from,
      untilClosed: false,
    });
    follower.run().catch(() => line.close());
    return () => {
      line.close();
      follower.stop();
    };
  }

  private hear(listener: Listener, message: Told): void {
    if (message.seq === undefined) return;
    const { workflowId, next } = listener;
    this.judge.heard(() =>
      must(message.seq === next, 'I11', () => `${workflowId} told ${message.seq} where ${next} comes`),
    );
    listener.heard.push(JSON.stringify(message));
  }
}

/** As much of a WebSocket as whoever serves one sees of it. What was sent arrives in order, or not at all. */
class Line {
  readonly OPEN = 1;
  readonly bufferedAmount = 0;
  readyState = 1;
  private arrival = 0;

  constructor(
    private readonly network: Network,
    private readonly hear: (message: Told) => void,
  ) {}

  on(): this {
    return this;
  }

  send(text: string, sent: () => void): void {
    const { scheduler } = this.network;
    this.arrival = Math.max(this.arrival, scheduler.now + this.network.delay());
    scheduler.after(this.arrival - scheduler.now, undefined, 'a listener hears', () => {
      if (this.readyState !== this.OPEN) return;
      this.hear(JSON.parse(text));
    });
    sent();
  }

  close(): void {
    this.readyState = 3;
  }

  terminate(): void {
    this.close();
  }
}
