import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { base64 } from '../../src/kernel/log/base64.js';
import { logEntry } from '../../src/kernel/log/entry.js';
import { parseNoteKey } from '../../src/kernel/log/note.js';
import { isConsistent, rootByInclusion } from '../../src/kernel/log/proofs.js';
import { leafHash } from '../../src/kernel/log/tree-hash.js';
import { readCheckpoint } from '../../src/verifier/index.js';
import { naiveConsistency, naiveInclusion, naiveRoot } from '../kit/naive-tree.js';
import { sampleLog } from '../kit/sample-log.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';

/** For whoever writes a verifier in another language. Added to, never edited. */
const FILE = new URL('./log/vectors.json', import.meta.url);

interface Vectors {
  readonly key: string;
  readonly leaves: readonly {
    readonly receiptId: string;
    readonly signed: string;
    readonly entry: string;
    readonly hash: string;
  }[];
  readonly heads: readonly { readonly size: number; readonly root: string; readonly checkpoint: string }[];
  readonly inclusion: readonly {
    readonly index: number;
    readonly size: number;
    readonly hashes: readonly string[];
  }[];
  readonly consistency: readonly {
    readonly from: number;
    readonly to: number;
    readonly hashes: readonly string[];
  }[];
}

const COUNT = 12;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

function vectors(): Vectors {
  const leaves = Array.from({ length: COUNT }, (_, i) => {
    const [receiptId, signed] = [`rcpt_${i}r1`, `quittance-receipt/1\n{"n":${i}}`];
    const entry = logEntry(receiptId, new TextEncoder().encode(signed));
    return { receiptId, signed, entry: hex(entry), hash: base64(leafHash(entry)) };
  });
  const entries = leaves.map(({ entry }) => new Uint8Array(Buffer.from(entry, 'hex')));
  const of = (size: number) => entries.slice(0, size);
  return {
    key: sampleLog.keyText,
    leaves,
    heads: Array.from({ length: COUNT + 1 }, (_, size) => {
      const root = naiveRoot(of(size));
      return { size, root: base64(root), checkpoint: sampleLog.checkpoint({ size, root }) };
    }),
    inclusion: [1, 2, 3, 7, 8, COUNT].flatMap((size) =>
      [0, size - 1, Math.floor(size / 2)].map((index) => ({
        index,
        size,
        hashes: naiveInclusion(index, of(size)).map(base64),
      })),
    ),
    consistency: [
      [0, 5],
      [1, 2],
      [3, 7],
      [4, 8],
      [6, 8],
      [7, COUNT],
      [8, COUNT],
      [COUNT, COUNT],
    ].map(([from, to]) => ({
      from: from!,
      to: to!,
      hashes: naiveConsistency(from!, of(to!)).map(base64),
    })),
  };
}

if (mayWrite && !existsSync(FILE)) writeGolden(FILE, vectors());
const golden = readGolden<Vectors>(FILE);

describe('the vectors of the log', () => {
  it('are what they always were', () => expect(vectors()).toEqual(golden));

  it('hold for the code that verifies', () => {
    const key = parseNoteKey(golden.key)!;
    const roots = golden.heads.map(({ size, root, checkpoint }) => {
      const head = readCheckpoint(checkpoint, key)!;
      expect([head.size, base64(head.root)]).toEqual([size, root]);
      return head;
    });
    for (const { index, size, hashes } of golden.inclusion) {
      const root = rootByInclusion(bytesOf(golden.leaves[index]!.hash), index, size, hashes.map(bytesOf));
      expect(base64(root!)).toBe(golden.heads[size]!.root);
    }
    for (const { from, to, hashes } of golden.consistency)
      expect(isConsistent(roots[from]!, roots[to]!, hashes.map(bytesOf))).toBe(true);
  });
});
