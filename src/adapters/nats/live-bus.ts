import type { NatsConnection } from '@nats-io/transport-node';
import { Refusal } from '../../kernel/errors.js';
import type { LiveBus, LiveTopic } from '../../ports/live.js';

/** Core NATS: at most once, nothing stored. */
export class NatsLiveBus implements LiveBus {
  constructor(
    private readonly connection: NatsConnection,
    private readonly prefix = 'live',
  ) {}

  publish(topic: LiveTopic, message: unknown): void {
    const subject = this.subjectOf(topic);
    // A connection that is being closed has nobody left to tell.
    if (this.connection.isClosed() || this.connection.isDraining()) return;
    this.connection.publish(subject, JSON.stringify(message));
  }

  subscribe(topic: LiveTopic, listener: (message: unknown) => void): () => void {
    const subscription = this.connection.subscribe(this.subjectOf(topic), {
      callback: (error, message) => {
        if (!error) listener(message.json());
      },
    });
    return () => subscription.unsubscribe();
  }

  /** @throws Refusal INVALID_TOPIC for one that would mean several subjects, or none */
  private subjectOf(topic: LiveTopic): string {
    if (!/^[\w-]+(\.[\w-]+)+$/.test(topic)) {
      throw new Refusal('INVALID_TOPIC', 'A topic is words joined by dots, without wildcards.', { topic });
    }
    return `${this.prefix}.${topic}`;
  }
}
