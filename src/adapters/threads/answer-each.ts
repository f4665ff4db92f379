import { parentPort } from 'node:worker_threads';
import type { Reply } from './bounded-threads.js';

/** The other side of BoundedThreads: answers every message with what `work` makes of it. */
export function answerEach<In, Out>(work: (input: In) => Out): void {
  parentPort!.on('message', (input: In) => {
    let reply: Reply<Out>;
    try {
      reply = { output: work(input) };
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    parentPort!.postMessage(reply);
  });
}
