import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { historyLines } from './escrow-history.js';
import { type Statement, statementLines } from './escrow-statement.js';
import { type ReconciliationAnswer, reconciliationLines } from './reconciliation.js';

const textOf = (lines: readonly string[]): string => lines.map(stripVTControlCharacters).join('\n');
const balance = (available: string, held: string) => ({
  availableMicro: available,
  heldMicro: held,
  totalMicro: `${BigInt(available) + BigInt(held)}`,
});
const sums = { inMicro: '0', outMicro: '0', reservedMicro: '0', freedMicro: '0' };

const line = {
  entry: 5,
  at: '2026-11-21T08:39:58.000Z',
  kind: 'payment',
  reference: 'pay_1',
  counterparty: 'svc_trend',
  signature: 'SIG',
  explorerUrl: null,
  ...sums,
  outMicro: '20000',
  after: balance('70000', '10000'),
};
const statement: Statement = {
  userId: 'user_1',
  month: '2026-11',
  opening: balance('100000', '0'),
  lines: [line],
  totals: [{ kind: 'payment', count: 1, ...sums, outMicro: '20000' }],
  closing: balance('70000', '10000'),
};

const report: ReconciliationAnswer = {
  number: 3,
  at: '2026-11-21T08:40:00.000Z',
  isClean: false,
  entry: 9,
  upTo: 'SIG',
  onChainMicro: '87655',
  bookedMicro: '100000',
  underWayMicro: '0',
  expectedMicro: '100000',
  differenceMicro: '-12345',
  accountsMicro: { chain: '100000', available: '-100000', held: '0' },
  items: [
    {
      kind: 'unknown_out',
      explained: false,
      amountMicro: '-12345',
      reference: null,
      signature: 'STOLEN\u001b[2J',
      cause: 'A transfer out.',
    },
  ],
  itemCount: 1,
  findings: [],
  findingCount: 0,
  audited: 1,
};

describe('what a terminal shows of the books', () => {
  it('is a statement from opening to closing', () => {
    const text = textOf(statementLines(statement));
    expect(text).toMatch(/Opening {2}0\.10 USDC, of it 0\.10 available and 0\.00 held/);
    expect(text).toMatch(/5 {2}2026-11-21 08:39:58 {2}payment {2,}0\.02 {2,}0\.08 {2}svc_trend {2}SIG/);
    expect(text).toMatch(/Closing {2}0\.08 USDC, of it 0\.07 available and 0\.01 held/);
  });

  it('says when nothing moved', () =>
    expect(textOf(statementLines({ ...statement, lines: [], totals: [] }))).toContain('Nothing moved.'));

  it('is a history that tells where it goes on', () => {
    const { entry: _entry, kind: _kind, ...rest } = line;
    const one = {
      ...rest,
      seq: 4,
      kind: 'hold_captured',
      amountMicro: '20000',
      note: null,
      availableAfterMicro: '70000',
      heldAfterMicro: '10000',
      balanceAfterMicro: '80000',
    };
    const text = textOf(historyLines({ history: [one], total: 9, nextCursor: 'abc' }));
    expect(text).toMatch(/hold captured {2,}0\.02 {2,}0\.07 {2}0\.01 {2,}0\.08 {2}pay_1 {2}SIG/);
    expect(text).toContain('1 of 9; the next: --cursor abc');
  });

  it('is a difference with its sign, its figure and its cause, and nothing that moves the cursor', () => {
    const lines = reconciliationLines(report);
    expect(textOf(lines)).toContain('Difference      -0.012345 USDC');
    expect(textOf(lines)).toContain('✗ unknown out: -0.012345 USDC');
    expect(textOf(lines)).toContain('A transfer out.');
    expect(textOf(lines)).not.toContain('held');
    expect(lines.join('')).not.toContain('\u001b[2J');
  });

  it('says that all agree when they do', () => {
    const clean = { ...report, isClean: true, items: [], itemCount: 0, differenceMicro: '0' };
    expect(textOf(reconciliationLines(clean))).toContain(
      '✓ Ledger, accounts and chain agree; 1 account added up from events.',
    );
  });
});
