import { describe, expect, it } from '@jest/globals';
import { MemoryLiveBus } from '../../adapters/memory/live-bus.js';
import type { Principal } from '../../identity/principal.js';
import { isRefusal } from '../../kernel/errors.js';
import { RunResults } from './run-results.js';

const ROW = { workflow_id: 'wf_1', user_id: 'ann', status: 'completed', terminal: true };
const OPEN = { ...ROW, status: 'executing', terminal: false };

interface House {
  /** of the read model */
  readonly row?: typeof ROW;
  /** of the read model once it has come to the head of the log */
  readonly later?: typeof ROW;
  readonly isRemembered?: boolean;
  readonly exists?: boolean;
}

/** What is asked, in order: the row, whether it is closed, the events, the read models' progress. */
function house({ row, later = row, isRemembered = false, exists = true }: House) {
  const asked: string[] = [];
  let its = row;
  const folded = { state: { status: 'executing', created: { userId: 'ann' } }, revision: 3 };
  const results = new RunResults({
    sql: {
      query: async (text: string) => {
        const isRow = text.includes('user_id');
        asked.push(isRow ? 'row' : 'closed');
        return { rows: its && (isRow || its.terminal) ? [its] : [] };
      },
    },
    live: new MemoryLiveBus(),
    dispatch: {
      known: () => (isRemembered ? folded : undefined),
      load: async () => {
        if (!isRemembered) asked.push('events');
        return exists ? folded : { state: { status: 'none' }, revision: -1 };
      },
    },
    store: { head: async () => '7' },
    progress: {
      waitFor: async (position: string) => {
        asked.push(`progress ${position}`);
        its = later;
        return true;
      },
    },
  } as unknown as ConstructorParameters<typeof RunResults>[0]);
  const of = (userId: string, waitMs: number) =>
    results
      .of({ userId } as Principal, 'wf_1', waitMs)
      .catch((error: unknown) =>
        isRefusal(error, 'NOT_FOUND') || isRefusal(error, 'DEPENDENCY_DOWN') ? error.code : error,
      );
  return { asked, of };
}

describe('a result', () => {
  it.each([
    ['is read once where the read model knows the run', { row: OPEN }, 0, OPEN, ['row']],
    ['is not waited for once the run is over', { row: ROW }, 20, ROW, ['row']],
    [
      'of a run asked for just now is read again',
      { later: OPEN },
      0,
      OPEN,
      ['row', 'events', 'progress 7', 'row'],
    ],
    ['that is waited for is read when there is one', { row: OPEN }, 1, OPEN, ['row', 'closed', 'row']],
    [
      'of a run remembered here costs no question of whose it is',
      { row: OPEN, isRemembered: true },
      1,
      OPEN,
      ['closed', 'row'],
    ],
    [
      'of a run asked for just now is waited for',
      { later: OPEN },
      1,
      'DEPENDENCY_DOWN',
      ['row', 'events', 'closed', 'row'],
    ],
    [
      'of a run the read model never has is not there yet',
      {},
      0,
      'DEPENDENCY_DOWN',
      ['row', 'events', 'progress 7', 'row'],
    ],
  ] as const)('%s', async (_, its: House, waitMs, answer, questions) => {
    const { of, asked } = house(its);
    expect(await of('ann', waitMs)).toEqual(answer);
    expect(asked).toEqual(questions);
  });

  it.each([
    ['by the read model', { row: ROW }, ['row']],
    ['by what is remembered', { row: ROW, isRemembered: true }, []],
    ['by its events', {}, ['row', 'events']],
    ['that does not exist', { exists: false }, ['row', 'events']],
  ] as const)("of somebody else's run, %s, is none and not waited for", async (_, its: House, questions) => {
    const { of, asked } = house(its);
    expect(await of('bob', 20)).toBe('NOT_FOUND');
    expect(asked).toEqual(questions);
  });

  it.each([0, 20])('of a run that does not exist is none, with a wait of %i ms', async (waitMs) => {
    const { of, asked } = house({ exists: false });
    expect(await of('ann', waitMs)).toBe('NOT_FOUND');
    expect(asked).toEqual(['row', 'events']);
  });
});
