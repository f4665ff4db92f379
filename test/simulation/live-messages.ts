import type { LiveBus, LiveTopic } from '../../src/ports/live.js';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Owner } from './scheduler.js';

interface Subscriber {
  readonly topic: LiveTopic;
  readonly owner: Owner | undefined;
  readonly listener: (message: unknown) => void;
}

/** What processes tell each other in passing: it may be lost, come twice, or late, and nobody is told. */
export class LiveMessages implements LiveBus {
  private readonly subscribers = new Set<Subscriber>();

  constructor(
    private readonly network: Network,
    private readonly random: Random,
  ) {}

  publish(topic: LiveTopic, message: unknown): void {
    const { network, random } = this;
    for (const subscriber of this.subscribers) {
      if (subscriber.topic !== topic) continue;
      const lost = network.faults.met(network.stormy && random.chance(0.1), 'live message lost');
      const twice = network.stormy && random.chance(0.1);
      for (let times = lost ? 0 : twice ? 2 : 1; times > 0; times--) this.deliver(subscriber, message);
    }
  }

  subscribe(topic: LiveTopic, listener: (message: unknown) => void): () => void {
    const subscriber = { topic, listener, owner: this.network.scheduler.current };
    this.subscribers.add(subscriber);
    return () => void this.subscribers.delete(subscriber);
  }

  private deliver(subscriber: Subscriber, message: unknown): void {
    const { scheduler } = this.network;
    scheduler.after(this.network.delay(), subscriber.owner, 'live message', () => {
      if (this.subscribers.has(subscriber)) subscriber.listener(message);
    });
  }
}
