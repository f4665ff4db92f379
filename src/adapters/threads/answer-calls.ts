import { parentPort } from 'node:worker_threads';
import type { Answered, Asked } from './call-thread.js';

/** The other side of a CallThread: answers every call with what `work` makes of it. */
export function answerCalls<In, Out>(work: (input: In) => Out): void {
  parentPort!.on('message', (asked: Asked<In>) => {
    const answered: Answered<Out> = asked.map(({ id, input }) => {
      try {
        return { id, output: work(input) };
      } catch (error) {
        return { id, error: error instanceof Error ? error.message : String(error) };
      }
    });
    parentPort!.postMessage(answered);
  });
}
