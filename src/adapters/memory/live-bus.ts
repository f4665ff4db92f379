import { EventEmitter } from 'node:events';
import type { LiveBus, LiveTopic } from '../../ports/live.js';

/** Hands on a copy in a later turn, as a network would. */
export class MemoryLiveBus implements LiveBus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(topic: LiveTopic, message: unknown): void {
    const text = JSON.stringify(message);
    setImmediate(() => this.emitter.emit(topic, text));
  }

  subscribe(topic: LiveTopic, listener: (message: unknown) => void): () => void {
    const hear = (text: string) => listener(JSON.parse(text));
    this.emitter.on(topic, hear);
    return () => void this.emitter.off(topic, hear);
  }
}
