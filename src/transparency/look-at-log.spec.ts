import { describe, expect, it } from '@jest/globals';
import { naiveConsistency, naiveRoot } from '../../test/kit/naive-tree.js';
import { sampleLog } from '../../test/kit/sample-log.js';
import { base64 } from '../kernel/log/base64.js';
import { entryOf, receiptHash } from '../kernel/log/entry.js';
import { logSigner } from './log-signer.js';
import { type LogSource, lookAtLog } from './look-at-log.js';

const entry = (n: number) => entryOf(receiptHash(`rcpt_${n}`), n.toString(16).padStart(64, '0'));
const logOf = (count: number, from = 0) => Array.from({ length: count }, (_, i) => entry(from + i));
const headOf = (entries: readonly Uint8Array[], signer = sampleLog) =>
  signer.checkpoint({ size: entries.length, root: naiveRoot(entries) });

/** A log with these entries, which proves what it can. */
const source = (entries: readonly Uint8Array[], signer = sampleLog): LogSource => ({
  checkpoint: async () => headOf(entries, signer),
  consistency: async (from, to) => naiveConsistency(from, entries.slice(0, to)).map(base64),
  entries: async ({ index, width }) =>
    Buffer.concat(
      entries.slice(index * 256, index * 256 + width).flatMap((each) => [Uint8Array.of(0, 64), each]),
    ),
});

const look = async (log: LogSource, seen?: string, full = true) => {
  const { checks, head } = await lookAtLog(log, sampleLog.key, seen, full);
  const wrong = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  return { wrong, size: head?.size };
};

describe('looking at a log again', () => {
  it('finds it consistent as long as it only grows', async () => {
    let seen: string | undefined;
    for (const size of [0, 1, 2, 2, 7, 256, 300, 513]) {
      const log = logOf(size);
      expect(await look(source(log), seen)).toEqual({ wrong: [], size });
      seen = headOf(log);
    }
  });

  const seen = headOf(logOf(300));
  it.each<[string, readonly Uint8Array[]]>([
    ['a leaf was dropped and nothing took its place', logOf(300).toSpliced(5, 1)],
    ['a leaf was dropped and others follow', logOf(340).toSpliced(5, 1)],
    ['two leaves were swapped', logOf(340).with(5, entry(6)).with(6, entry(5))],
    ['a leaf was altered', logOf(300).with(299, entryOf(receiptHash('rcpt_299'), 'f'.repeat(64)))],
    ['a leaf was put in between', logOf(300).toSpliced(100, 0, entry(9_000))],
    ['it forked', [...logOf(290), ...logOf(40, 5_000)]],
    ['it began anew', logOf(400, 7_000)],
    ['it is empty', []],
  ])('says that it was rewritten when %s, and remembers what it saw before', async (_what, rewritten) =>
    expect(await look(source(rewritten), seen)).toEqual({ wrong: ['consistency'], size: undefined }),
  );

  it('is not fooled by a proof of another log', async () => {
    const forked = [...logOf(290), ...logOf(40, 5_000)];
    for (const consistency of [
      async () => naiveConsistency(300, logOf(330)).map(base64),
      async () => [],
      async () => ['x'],
      async () => Array.from({ length: 500 }, () => base64(new Uint8Array(32))),
    ])
      expect((await look({ ...source(forked), consistency }, seen)).wrong).toEqual(['consistency']);
  });

  it('believes no head of another key, another log or another form', async () => {
    const forged = logSigner(new Uint8Array(32).fill(9), 'example.org/log');
    const other = logSigner(new Uint8Array(32).fill(5), 'example.org/other');
    for (const log of [source(logOf(3), forged), source(logOf(3), other)])
      expect(await look(log)).toEqual({ wrong: ['head'], size: undefined });
    for (const text of ['', 'x', seen.replace('\n300\n', '\n301\n'), `${seen}\n`])
      expect((await look({ ...source(logOf(3)), checkpoint: async () => text })).wrong).toEqual(['head']);
  });

  it('believes nothing of a memory that was tampered with', async () =>
    expect((await look(source(logOf(300)), seen.replace('\n300\n', '\n30\n'))).wrong).toEqual([
      'consistency',
    ]));

  it('reads every entry where it is asked to: each is in the tree, and no receipt twice', async () => {
    const log = logOf(300);
    const lying = { ...source(log), entries: source(log.with(7, entry(8_000))).entries };
    expect((await look(lying)).wrong).toEqual(['entries']);
    const short = { ...source(log), entries: source(log.slice(0, 280)).entries };
    expect((await look(short)).wrong).toEqual(['entries']);
    const rubbish = { ...source(log), entries: async () => new Uint8Array(256 * 66) };
    expect((await look(rubbish)).wrong).toEqual(['entries']);
    const twice = log.with(8, entryOf(receiptHash('rcpt_7'), 'f'.repeat(64)));
    expect((await look(source(twice))).wrong).toEqual(['once']);
    expect((await look(source(twice), undefined, false)).wrong).toEqual([]);
  });
});
