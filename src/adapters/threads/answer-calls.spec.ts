import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { type Answering, answerCalls } from './answer-calls.js';

/** A thread on a clock of its own, on which each call takes as many ms as it says; below none, it fails. */
function thread(atOnce?: number) {
  const said: unknown[] = [];
  let clock = 0;
  const port = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void said.push(message),
  });
  const worked: (readonly number[])[] = [];
  const work = (calls: readonly number[]) => {
    worked.push(calls);
    if (calls.some((ms) => ms < 0)) throw new RangeError('below none');
    return calls.map((ms) => (clock += ms));
  };
  answerCalls(work, {
    ...(atOnce !== undefined && { atOnce }),
    port: port as unknown as NonNullable<Answering['port']>,
    now: () => clock,
  });
  const ask = (...calls: number[]) =>
    port.emit(
      'message',
      calls.map((input, id) => ({ id, input })),
    );
  return { ask, said, worked };
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

it('as many calls of a message are done at once as were asked for', () => {
  const { ask, said, worked } = thread(2);
  ask(0, 1, 2, 0, 1);
  expect(worked).toEqual([[0, 1], [2, 0], [1]]);
  expect(said).toEqual([[0, 1, 3, 3, 4].map((output, id) => ({ id, output }))]);
});

it('of calls done at once only those fail that would fail alone', () => {
  const { ask, said, worked } = thread(3);
  ask(1, -1, 1, 1);
  expect(worked).toEqual([[1, -1, 1], [1], [-1], [1], [1]]);
  expect(said).toEqual([
    [
      { id: 0, output: 1 },
      { id: 1, error: 'below none' },
      { id: 2, output: 2 },
      { id: 3, output: 3 },
    ],
  ]);
});
