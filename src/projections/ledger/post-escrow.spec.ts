import { describe, expect, it } from '@jest/globals';
import { available, held } from './accounts.js';
import { assertBalanced } from './entry.js';
import { postEscrow } from './post-escrow.js';

describe('the end of a part of a hold', () => {
  const ended = (released: string, amount: string) =>
    postEscrow('user_1', {
      type: 'HoldReleased',
      v: 1,
      holdId: 'hold_2',
      captured: '30',
      released,
      returned: { holdId: 'hold_1', amount },
    })!;

  it('gives back what it borrowed, and frees what was added to it, in one entry', () => {
    const entry = ended('20', '100');
    expect(entry).toMatchObject({ kind: 'hold_returned', reference: 'hold_2', userId: 'user_1' });
    expect(entry.lines).toEqual([
      { account: held('user_1', 'hold_2'), amount: 120n },
      { account: held('user_1', 'hold_1'), amount: -100n },
      { account: available('user_1'), amount: -20n },
    ]);
    expect(() => assertBalanced(entry)).not.toThrow();
  });

  it('may come in two steps', () => {
    const of = { v: 1, holdId: 'hold_2', amount: '30', released: '20' } as const;
    expect(postEscrow('user_1', { ...of, type: 'HoldReduced' })).toMatchObject({
      ...{ kind: 'hold_reduced', reference: 'hold_2', userId: 'user_1' },
      lines: [
        { account: held('user_1', 'hold_2'), amount: 20n },
        { account: available('user_1'), amount: -20n },
      ],
    });
    const returned = { holdId: 'hold_1', amount: '5' };
    expect(postEscrow('user_1', { ...of, type: 'HoldReduced', returned })).toMatchObject({
      kind: 'hold_returned',
      lines: [{ amount: 25n }, { amount: -5n }, { amount: -20n }],
    });
  });

  it('moves nothing to where there is nothing to give', () => {
    expect(ended('0', '70').lines).toEqual([
      { account: held('user_1', 'hold_2'), amount: 70n },
      { account: held('user_1', 'hold_1'), amount: -70n },
    ]);
    expect(ended('0', '0').lines).toEqual([]);
  });
});
