import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { answerCalls } from './answer-calls.js';

/** A thread on a clock of its own, on which each call takes as many ms as it says; below none, it fails. */
function thread() {
  const said: unknown[] = [];
  let clock = 0;
  const port = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void said.push(message),
  });
  const work = (ms: number) => {
    if (ms < 0) throw new RangeError('below none');
    clock += ms;
    return clock;
  };
  answerCalls(work, port as unknown as Parameters<typeof answerCalls>[1], () => clock);
  const ask = (...calls: number[]) =>
    port.emit(
      'message',
      calls.map((input, id) => ({ id, input })),
    );
  return { ask, said };
}

it('calls that take no time are answered together, also those that fail', () => {
  const { ask, said } = thread();
  ask(0, -1, 0);
  expect(said).toEqual([
    [
      { id: 0, output: 0 },
      { id: 1, error: 'below none' },
      { id: 2, output: 0 },
    ],
  ]);
});

it('answers go out every few milliseconds while others are computed, each once', () => {
  const { ask, said } = thread();
  ask(3, 3, 9, 1, 1);
  expect(said).toEqual([
    [
      { id: 0, output: 3 },
      { id: 1, output: 6 },
    ],
    [{ id: 2, output: 15 }],
    [
      { id: 3, output: 16 },
      { id: 4, output: 17 },
    ],
  ]);
});

it('calls of the next message are answered by themselves', () => {
  const { ask, said } = thread();
  ask(4);
  ask(1);
  expect(said).toEqual([[{ id: 0, output: 4 }], [{ id: 0, output: 5 }]]);
});
