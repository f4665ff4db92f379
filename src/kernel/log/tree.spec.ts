import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { naiveConsistency, naiveInclusion, naiveRoot } from '../../../test/kit/naive-tree.js';
import { NO_PEAKS, rootOfPeaks, withLeaves } from './peaks.js';
import { isConsistent, rootByInclusion } from './proofs.js';
import { consistencyRanges, inclusionRanges, type Range, subtreesOf } from './ranges.js';
import { edgeTiles, grownTiles, placeOf, type Tile, tileId, widthOf } from './tiles.js';
import { joined, leafHash, perfectRoot } from './tree-hash.js';

const hexOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** The leaves and roots that Certificate Transparency's own tests are known by. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(bytes);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const entriesOf = (size: number, seed = 0) =>
  Array.from({ length: size }, (_, i) => Uint8Array.of(seed, i & 255, (i >> 8) & 255, i >> 16));

/** Tiles of a log that grew in pieces, as a table keeps them. */
function grown(entries: readonly Uint8Array[], pieces: readonly number[]): Map<string, Tile> {
  const table = new Map<string, Tile>();
  let size = 0;
  for (const piece of [...pieces, entries.length]) {
    const next = entries.slice(size, size + piece).map(leafHash);
    const edge = edgeTiles(size).map((place) => table.get(tileId(place))!);
    for (const tile of grownTiles(size, edge, next)) table.set(tileId(tile), tile);
    size += next.length;
  }
  return table;
}

const hashOf = (range: Range, tiles: ReadonlyMap<string, Tile>) =>
  joined(
    subtreesOf(range).map((subtree) => {
      const { tile, from, to } = placeOf(subtree);
      return perfectRoot(tiles.get(tileId(tile))!.hashes.slice(from, to));
    }),
  );

const twoSizes = fc
  .tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 700 }))
  .map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));

describe('the tree of a log', () => {
  it('has the roots that are known for the leaves of Certificate Transparency', () => {
    const roots = ROOTS.map((_, size) =>
      rootOfPeaks(withLeaves(NO_PEAKS, LEAVES.slice(0, size).map(leafHash))),
    );
    expect(roots.map(hexOf)).toEqual(ROOTS);
    expect(ROOTS.map((_, size) => hexOf(naiveRoot(LEAVES.slice(0, size))))).toEqual(ROOTS);
  });

  it('has the root of the definition, however it grew', () =>
    fc.assert(
      fc.property(twoSizes, ([some, all]) => {
        const leaves = entriesOf(all).map(leafHash);
        const grownInTwo = withLeaves(withLeaves(NO_PEAKS, leaves.slice(0, some)), leaves.slice(some));
        expect(hexOf(rootOfPeaks(grownInTwo))).toBe(hexOf(naiveRoot(entriesOf(all))));
      }),
      { numRuns: 25 },
    ));

  it('has tiles from which every proof can be made, however it grew', () =>
    fc.assert(
      fc.property(
        twoSizes,
        fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }),
        ([older, newer], pieces) => {
          const entries = entriesOf(newer);
          const tiles = grown(entries, pieces);
          for (const tile of tiles.values()) expect(tile.hashes.length).toBe(widthOf(tile, newer));
          const consistency = consistencyRanges(older, newer).map((range) => hashOf(range, tiles));
          expect(consistency.map(hexOf)).toEqual(naiveConsistency(older, entries).map(hexOf));
          if (newer === 0) return;
          const index = older % newer;
          const inclusion = inclusionRanges(index, newer).map((range) => hashOf(range, tiles));
          expect(inclusion.map(hexOf)).toEqual(naiveInclusion(index, entries).map(hexOf));
        },
      ),
      { numRuns: 40 },
    ));

  it('has tiles of its third level, and only those that belong to its size', () => {
    const entries = entriesOf(66_000);
    const tiles = grown(entries, [40_000, 25_536]);
    expect([...tiles.keys()].filter((id) => !id.startsWith('0/'))).toEqual(['1/0', '2/0', '1/1']);
    expect(widthOf({ level: 2, index: 0 }, 66_000)).toBe(1);
    expect(widthOf({ level: 3, index: 0 }, 66_000)).toBe(0);
    const root = joined(subtreesOf({ from: 0, to: 66_000 }).map((s) => hashOf(rangeOf(s), tiles)));
    expect(hexOf(root)).toBe(hexOf(rootOfPeaks(withLeaves(NO_PEAKS, entries.map(leafHash)))));
  });
});

const rangeOf = ({ level, index }: { level: number; index: number }): Range => ({
  from: index * 2 ** level,
  to: (index + 1) * 2 ** level,
});

describe('an inclusion proof', () => {
  it('leads from every leaf of every size to the root, and from no other place', () => {
    for (let size = 1; size <= 20; size++) {
      const entries = entriesOf(size);
      const root = hexOf(naiveRoot(entries));
      for (let index = 0; index < size; index++) {
        const proof = naiveInclusion(index, entries);
        const leaf = leafHash(entries[index]!);
        expect(hexOf(rootByInclusion(leaf, index, size, proof))).toBe(root);
        for (let other = 0; other < size; other++)
          if (other !== index) expect(hexOf(rootByInclusion(leaf, other, size, proof))).not.toBe(root);
      }
    }
  });

  it('does not survive a change of any of its hashes, one more or one less', () =>
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), (size, at, where) => {
        const entries = entriesOf(size);
        const index = at % size;
        const proof = naiveInclusion(index, entries);
        const leaf = leafHash(entries[index]!);
        const root = hexOf(naiveRoot(entries));
        const flipped = proof.map((hash, i) =>
          i === where % proof.length ? Uint8Array.from(hash, (byte, j) => (j === 0 ? byte ^ 1 : byte)) : hash,
        );
        for (const wrong of [flipped, proof.slice(1), proof.slice(0, -1), [...proof, leaf]])
          expect(hexOf(rootByInclusion(leaf, index, size, wrong))).not.toBe(root);
      }),
      { numRuns: 60 },
    ));

  it('leads nowhere for an index outside the log', () => {
    expect(rootByInclusion(leafHash(bytes('00')), 1, 1, [])).toBeUndefined();
    expect(rootByInclusion(leafHash(bytes('00')), 0, 0, [])).toBeUndefined();
    expect(rootByInclusion(leafHash(bytes('00')), -1, 5, [])).toBeUndefined();
  });
});

describe('a consistency proof', () => {
  const head = (entries: readonly Uint8Array[]) => ({ size: entries.length, root: naiveRoot(entries) });

  it('holds from every size to every later one', () => {
    for (let newer = 0; newer <= 20; newer++)
      for (let older = 0; older <= newer; older++) {
        const entries = entriesOf(newer);
        const proof = naiveConsistency(older, entries);
        expect(isConsistent(head(entries.slice(0, older)), head(entries), proof)).toBe(true);
      }
  });

  it.each<[string, (entries: Uint8Array[]) => Uint8Array[]]>([
    ['a leaf was altered', (entries) => entries.with(1, Uint8Array.of(99))],
    ['two leaves were swapped', ([a, b, ...rest]) => [b!, a!, ...rest]],
    ['a leaf was dropped', (entries) => entries.toSpliced(2, 1)],
    ['a leaf was put in', (entries) => entries.toSpliced(2, 0, Uint8Array.of(99))],
  ])('exists for no log in which %s', (_what, rewrite) =>
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 80 }), fc.integer({ min: 1, max: 80 }), (older, more) => {
        const seen = entriesOf(older);
        const rewritten = rewrite([...seen, ...entriesOf(more, 7)]);
        if (rewritten.length < older) return;
        const now = head(rewritten);
        for (const size of [older - 1, older, older + 1].filter((each) => each <= rewritten.length))
          expect(isConsistent(head(seen), now, naiveConsistency(size, rewritten))).toBe(false);
      }),
      { numRuns: 30 },
    ),
  );

  it('never leads back, and never from one root to another of the same size', () => {
    const [three, five] = [entriesOf(3), entriesOf(5)];
    expect(isConsistent(head(five), head(three), naiveConsistency(3, five))).toBe(false);
    expect(isConsistent(head(five), head(entriesOf(5, 1)), [])).toBe(false);
    expect(isConsistent(head(five), head(five), [five[0]!])).toBe(false);
    expect(isConsistent(head(three), head(five), [])).toBe(false);
  });
});
