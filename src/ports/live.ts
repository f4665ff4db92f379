/** Short-lived messages: progress of steps, and "there is something new" for WebSocket clients. Loss is harmless. */
export interface LiveBus {
  publish(topic: LiveTopic, message: unknown): void;
  /** @returns a function that ends it */
  subscribe(topic: LiveTopic, listener: (message: unknown) => void): () => void;
}

/** `timeline`: the timeline of a workflow has grown; `closed`: its read model says that its run is closed. */
export type LiveTopic = `progress.${string}` | `timeline.${string}` | `closed.${string}`;

export interface Announcement {
  readonly topic: LiveTopic;
  readonly message: unknown;
}
