import { describe, expect, it } from '@jest/globals';
import {
  categoryOf,
  hasPrefix,
  holdIdOf,
  idOfStream,
  makeId,
  paymentIdOf,
  receiptIdOf,
  streamOf,
} from './ids.js';

describe('an id', () => {
  it('carries its kind', () => {
    expect(makeId('workflow', '01ABC')).toBe('wf_01ABC');
    expect(hasPrefix('workflow', 'wf_01ABC')).toBe(true);
  });
  it.each(['pay_01', 'wf_', 'wf_a-b', 'wf_a/b', 'wf_ä', `wf_${'a'.repeat(65)}`, 'wf_a\n'])(
    '%j is none of a workflow',
    (id) => expect(hasPrefix('workflow', id)).toBe(false),
  );
  it.each(['', 'a b', '../x', 'a'.repeat(65)])('is not made of %j', (body) =>
    expect(() => makeId('hold', body)).toThrow(RangeError),
  );
});

describe('derived ids', () => {
  it('are the same every time and differ with every part', () => {
    const ids = [
      paymentIdOf('wf_A', 1, 'step_1'),
      paymentIdOf('wf_A', 1, 'step_11'),
      paymentIdOf('wf_A', 11, 'step_1'),
      paymentIdOf('wf_B', 1, 'step_1'),
    ];
    expect(ids).toEqual(['pay_Ar1s1', 'pay_Ar1s11', 'pay_Ar11s1', 'pay_Br1s1']);
    expect(receiptIdOf('wf_A', 2)).toBe('rcpt_Ar2');
    expect(holdIdOf('wf_A', 'apr_1x2')).toBe('hold_Aa1x2');
  });
});

it('a stream is its category and the id, which may hold dashes', () => {
  const stream = streamOf('audit', '2026-01-02');
  expect([stream, categoryOf(stream), idOfStream(stream)]).toEqual([
    'audit-2026-01-02',
    'audit',
    '2026-01-02',
  ]);
});
