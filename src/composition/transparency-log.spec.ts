import { describe, expect, it } from '@jest/globals';
import { noteKeyText } from '../kernel/log/note.js';
import { handedTo } from '../verifier/index.js';
import { transparencyLog } from './transparency-log.js';

const RECEIPT_SIGNING_SEED = '03'.repeat(32);
const before = {
  RECEIPT_SIGNING_SEED,
  LOG_SIGNING_SEED: undefined,
  LOG_FORMER_SEEDS: [],
  LOG_ORIGIN: undefined,
};

describe('the key of the log', () => {
  const first = transparencyLog(before);
  const second = { ...before, LOG_SIGNING_SEED: '04'.repeat(32), LOG_FORMER_SEEDS: ['derived'] };

  it('that is replaced by one of its own names it, and the log keeps its name', () => {
    const rotated = transparencyLog(second);
    expect(rotated.origin).toBe(first.origin);
    expect(noteKeyText(handedTo(rotated.former[0]!.handover, first.key)!)).toBe(rotated.keyText);
  });

  it('is replaced again and again', () => {
    const third = transparencyLog({
      ...before,
      LOG_SIGNING_SEED: '05'.repeat(32),
      LOG_FORMER_SEEDS: ['derived', '04'.repeat(32)],
    });
    expect(third.origin).toBe(first.origin);
    expect(third.former.map(({ key }) => key)).toEqual([first.keyText, transparencyLog(second).keyText]);
  });

  it('has nobody before it where nothing is said of former ones', () => expect(first.former).toEqual([]));
});
