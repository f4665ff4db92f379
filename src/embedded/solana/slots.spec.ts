import { describe, expect, it } from '@jest/globals';
import { BLOCKHASH_LIFE, FIRST_SLOT, Slots } from './slots.js';

const settings = { genesisAt: 0, slotMs: 100, finalitySlots: 8, seed: new Uint8Array(32).fill(7) };

function chainAt(ms: number) {
  const clock = { ms };
  return { clock, slots: new Slots(settings, () => clock.ms) };
}

describe('slots', () => {
  it('follow the clock', () => {
    const { clock, slots } = chainAt(0);
    expect(slots.current()).toBe(FIRST_SLOT);
    clock.ms = 1_050;
    expect(slots.current()).toBe(FIRST_SLOT + 10);
  });

  it('never go back with it', () => {
    const { clock, slots } = chainAt(1_000);
    const reached = slots.current();
    clock.ms = 0;
    expect(slots.current()).toBe(reached);
  });

  it('never stand before a slot that is known to have been', () => {
    const { slots } = chainAt(0);
    slots.notBefore(5_000);
    expect(slots.current()).toBe(5_000);
  });

  it('are final eight later', () => {
    const { clock, slots } = chainAt(0);
    clock.ms = 700;
    expect(slots.commitmentOf(FIRST_SLOT)).toBe('confirmed');
    clock.ms = 800;
    expect(slots.commitmentOf(FIRST_SLOT)).toBe('finalized');
    expect(slots.at('finalized')).toBe(FIRST_SLOT);
  });
});

describe('a blockhash', () => {
  it('is recent up to and with its last valid height, and never again', () => {
    const { clock, slots } = chainAt(0);
    const hash = slots.blockhash(FIRST_SLOT);
    clock.ms = BLOCKHASH_LIFE * 100;
    expect([slots.current(), slots.isRecent(hash)]).toEqual([slots.lastValidHeight(FIRST_SLOT), true]);
    clock.ms += 100;
    expect(slots.isRecent(hash)).toBe(false);
    expect(slots.isRecent(slots.blockhash(slots.current()))).toBe(true);
  });

  it('is known after a restart, and after a long sleep only the recent ones are', () => {
    const { clock, slots } = chainAt(1_000_000);
    const current = slots.current();
    for (const age of [0, 1, BLOCKHASH_LIFE])
      expect(slots.isRecent(slots.blockhash(current - age))).toBe(true);
    expect(slots.isRecent(slots.blockhash(current - BLOCKHASH_LIFE - 1))).toBe(false);
    clock.ms += 1_000_000;
    expect(slots.isRecent(slots.blockhash(current))).toBe(false);
  });

  it('of a slot to come is not accepted before it', () => {
    const { slots } = chainAt(0);
    expect(slots.isRecent(slots.blockhash(FIRST_SLOT + 1))).toBe(false);
  });

  it('of another chain is not accepted', () => {
    const { slots } = chainAt(0);
    const other = new Slots({ ...settings, seed: new Uint8Array(32) }, () => 0);
    expect(slots.isRecent(other.blockhash(FIRST_SLOT))).toBe(false);
  });
});
