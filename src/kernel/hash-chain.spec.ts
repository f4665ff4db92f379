import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Recorded } from './event.js';
import { CHAIN_START, chainHash } from './hash-chain.js';

const recorded = (revision: number, extra: object = {}) =>
  ({
    stream: 'workflow-wf_1',
    revision,
    id: `0000000${revision}-0000-5000-8000-000000000000`,
    event: { type: 'Thing', v: 1, ...extra },
    metadata: {
      commandId: 'c',
      correlationId: 'wf_1',
      causationId: 'c',
      actor: { type: 'user', id: 'u' },
      occurredAt: '2026-01-02T03:04:05.678Z',
    },
    position: 'anything' as Recorded['position'],
  }) as Recorded;

const chain = (events: readonly Recorded[]) => {
  const hashes: string[] = [];
  for (const event of events) hashes.push(chainHash(hashes.at(-1) ?? CHAIN_START, event));
  return hashes;
};
const history = [recorded(0), recorded(1, { amount: '5' }), recorded(2)];

describe('the hash chain of a stream', () => {
  it('is SHA-256 over the hash before and the canonical text of the event', () => {
    const text =
      '{"event":{"type":"Thing","v":1},"id":"00000000-0000-5000-8000-000000000000","metadata":{"actor":{"id":"u","type":"user"},"causationId":"c","commandId":"c","correlationId":"wf_1","occurredAt":"2026-01-02T03:04:05.678Z"},"revision":0,"stream":"workflow-wf_1"}';
    const expected = createHash('sha256').update(Buffer.alloc(32)).update(text).digest('hex');
    expect(chainHash(CHAIN_START, history[0]!)).toBe(expected);
  });

  it('changes from a changed event on', () => {
    const changed = chain([history[0]!, recorded(1, { amount: '6' }), history[2]!]);
    const whole = chain(history);
    expect(changed[0]).toBe(whole[0]);
    expect(changed[1]).not.toBe(whole[1]);
    expect(changed[2]).not.toBe(whole[2]);
  });

  it('changes when an event is left out, and does not depend on where a store keeps it', () => {
    expect(chain([history[0]!, history[2]!]).at(-1)).not.toBe(chain(history).at(-1));
    const moved = history.map((event) => ({ ...event, position: 'elsewhere' as Recorded['position'] }));
    expect(chain(moved)).toEqual(chain(history));
  });
});
