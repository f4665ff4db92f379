import { type MessagePort, parentPort } from 'node:worker_threads';
import type { Answered, Asked } from './call-thread.js';

/** Whoever has an answer goes on with it while the others are computed. */
const ANSWER_EVERY_MS = 4;

export interface Answering {
  /** how many calls of a message `work` is given at once */
  readonly atOnce?: number;
  readonly port?: Pick<MessagePort, 'on' | 'postMessage'>;
  readonly now?: () => number;
}

/**
 * The other side of a CallThread: answers every call with what `work` makes of it.
 * @param work gives an output for each input, in their order; where it fails, it is asked for each alone
 */
export function answerCalls<In, Out>(
  work: (inputs: readonly In[]) => readonly Out[],
  { atOnce = 1, port = parentPort!, now = () => performance.now() }: Answering = {},
): void {
  const answers = (asked: Asked<In>): Answered<Out> => {
    try {
      const outputs = work(asked.map(({ input }) => input));
      return asked.map(({ id }, i) => ({ id, output: outputs[i]! }));
    } catch (error) {
      if (asked.length > 1) return asked.flatMap((one) => answers([one]));
      return asked.map(({ id }) => ({ id, error: error instanceof Error ? error.message : String(error) }));
    }
  };
  port.on('message', (asked: Asked<In>) => {
    let answered: Answered<Out>[number][] = [];
    let saidAt = now();
    for (let i = 0; i < asked.length; i += atOnce) {
      answered.push(...answers(asked.slice(i, i + atOnce)));
      if (now() - saidAt < ANSWER_EVERY_MS) continue;
      port.postMessage(answered);
      answered = [];
      saidAt = now();
    }
    if (answered.length > 0) port.postMessage(answered);
  });
}
