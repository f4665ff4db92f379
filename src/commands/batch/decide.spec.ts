import { describe, expect, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import type { BatchEvent } from '../../events/batch.js';
import type { BatchCommand, CreateBatch } from './commands.js';
import { batchDecider as decider } from './decide.js';

const at = '2026-01-02T03:00:00.000Z';
const ref = { sha256: 'c'.repeat(64), size: 9, mediaType: 'application/json' };
const create: CreateBatch = {
  type: 'CreateBatch',
  at,
  batchId: 'bat_01',
  userId: 'user_01',
  template: ref,
  pieces: [ref, ref, ref],
  pieceSize: 100,
  count: 250,
  priority: 'low',
};
const made = (from: number, to: number, refused: readonly number[] = []): BatchCommand => ({
  type: 'RecordItemsCreated',
  from,
  to,
  refused: refused.map((index) => ({ index, code: 'KEY_DESTROYED', message: 'Erased.' })),
});
const cancel: BatchCommand = { type: 'CancelBatch', at, by: 'user_01' };
const ended = (to: number): BatchCommand => ({ type: 'RecordItemsCancelled', to });
const history = (...commands: readonly BatchCommand[]): readonly BatchEvent[] => {
  const events: BatchEvent[] = [];
  for (const command of commands)
    events.push(...decider.decide(command, events.reduce(decider.evolve, decider.initial)));
  return events;
};
const stateOf = (...commands: readonly BatchCommand[]) =>
  history(...commands).reduce(decider.evolve, decider.initial);

describe('a batch', () => {
  it('is taken once', () => {
    given(decider, [])
      .when(create)
      .then([expect.objectContaining({ type: 'BatchCreated', count: 250, createdAt: at }) as never]);
    given(decider, history(create)).when(create).thenNothing();
    given(decider, history(create))
      .when({ ...create, template: { ...ref, sha256: 'd'.repeat(64) } })
      .refuses('WRONG_STATE');
  });

  it('goes on from where the last piece ended, until nothing is left', () => {
    expect(stateOf(create, made(0, 100))).toMatchObject({ status: 'creating', handled: 100 });
    expect(history(create, made(0, 100)).at(-1)).toMatchObject({ more: true });
    expect(stateOf(create, made(0, 100), made(100, 200), made(200, 250, [207]))).toMatchObject({
      status: 'created',
      handled: 250,
      refused: [{ index: 207 }],
    });
  });

  it('counts no item twice, whoever tells it again', () => {
    given(decider, history(create, made(0, 100)))
      .when(made(0, 100))
      .thenNothing();
    given(decider, history(create, made(0, 60, [3])))
      .when(made(0, 100, [3, 70]))
      .then([
        expect.objectContaining({
          from: 60,
          to: 100,
          refused: [expect.objectContaining({ index: 70 })],
        }) as never,
      ]);
    given(decider, history(create)).when(made(100, 200)).thenNothing(); // nothing is left out
  });

  it('that is cancelled makes no more, and ends what there may be, the piece under way included', () => {
    const cancelled = [create, made(0, 100), cancel];
    given(decider, history(...cancelled))
      .when(cancel)
      .thenNothing();
    expect(history(...cancelled, ended(100)).at(-1)).toMatchObject({ to: 100, more: true });
    expect(stateOf(...cancelled, ended(100), ended(200))).toMatchObject({
      status: 'cancelled',
      cancelled: 200,
    });
    given(decider, history(...cancelled, ended(100)))
      .when(ended(100))
      .thenNothing();
  });

  it('tells of a piece that was made after it was cancelled, so that it is ended too', () => {
    expect(history(create, cancel, ended(100), made(0, 100)).at(-1)).toMatchObject({
      late: true,
      more: true,
    });
  });

  it('is cancelled by its owner alone, and only if there is one', () => {
    given(decider, history(create))
      .when({ ...cancel, by: 'user_02' } as BatchCommand)
      .refuses('FORBIDDEN');
    given(decider, []).when(cancel).refuses('NOT_FOUND');
    given(decider, []).when(made(0, 1)).refuses('NOT_FOUND');
    given(decider, history(create)).when(ended(10)).thenNothing();
  });
});
