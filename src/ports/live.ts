/** Short-lived messages: progress of steps, and "there is something new" for WebSocket clients. Loss is harmless. */
export interface LiveBus {
  publish(topic: LiveTopic, message: unknown): void;
  /** @returns a function that ends it */
  subscribe(topic: LiveTopic, listener: (message: unknown) => void): () => void;
}

export type LiveTopic = `progress.${string}` | `timeline.${string}`;
