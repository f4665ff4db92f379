import { stripVTControlCharacters } from 'node:util';
import { expect, it } from '@jest/globals';
import { claimLines } from './refund.js';

const claim = { status: 'requested', amountMicro: '20000', payTo: 'OurTokenAccount' };
const lines = (more: object) => claimLines({ ...claim, ...more }).map(stripVTControlCharacters);

it('a claim tells who is to send what where, and with which memo', () => {
  expect(lines({ memo: 'refund:5abc', until: '2026-01-16T03:04:05.678Z' })).toEqual([
    '✓ 0.02 USDC are asked back, and looked for until 2026-01-16T03:04:05.678Z.',
    '  Its recipient gives it back by a transfer to OurTokenAccount',
    '  with the memo refund:5abc',
  ]);
});

it('one that came back tells by which transaction', () => {
  expect(lines({ status: 'refunded', signature: '4xyz' })).toEqual(['✓ The payment was given back by 4xyz.']);
});

it('one that came back tells where that can be seen, where there is such a place', () => {
  const explorerUrl = 'https://see.example/4xyz';
  expect(lines({ status: 'refunded', signature: '4xyz', explorerUrl })).toEqual([
    `✓ The payment was given back by ${explorerUrl}.`,
  ]);
});

it('what it is told cannot move the cursor', () => {
  expect(claimLines({ ...claim, memo: '\u001b[2Jgone', until: '' }).join('')).not.toContain('\u001b[2J');
});
