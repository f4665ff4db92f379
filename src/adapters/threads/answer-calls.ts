import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Answered, Asked } from './call-thread.js';

/** Whoever has an answer goes on with it while the others are computed. */
const ANSWER_EVERY_MS = 4;

/** The other side of a CallThread: answers every call with what `work` makes of it. */
export function answerCalls<In, Out>(
  work: (input: In) => Out,
  port: Pick<MessagePort, 'on' | 'postMessage'> = parentPort!,
  now = () => performance.now(),
): void {
  const answer = (id: number, input: In): Answered<Out>[number] => {
    try {
      return { id, output: work(input) };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  };
  port.on('message', (asked: Asked<In>) => {
    let answered: Answered<Out>[number][] = [];
    let saidAt = now();
    for (const { id, input } of asked) {
      answered.push(answer(id, input));
      if (now() - saidAt < ANSWER_EVERY_MS) continue;
      port.postMessage(answered);
      answered = [];
      saidAt = now();
    }
    if (answered.length > 0) port.postMessage(answered);
  });
}
