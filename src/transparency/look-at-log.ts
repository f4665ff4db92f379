import { hex } from '../kernel/commitments/hex.js';
import { fromBase64 } from '../kernel/log/base64.js';
import { ENTRY_BYTES } from '../kernel/log/entry.js';
import { type NoteKey, noteKeyText } from '../kernel/log/note.js';
import { NO_PEAKS, type Peaks, rootOfPeaks, withLeaf } from '../kernel/log/peaks.js';
import { isConsistent, type TreeHead } from '../kernel/log/proofs.js';
import type { TileAddress } from '../kernel/log/tile-path.js';
import { TILE_WIDTH } from '../kernel/log/tiles.js';
import { leafHash, sameHash } from '../kernel/log/tree-hash.js';
import { type Check, check, failed, passed } from '../verifier/checks.js';
import { headBy, readCheckpoint, successorsOf } from '../verifier/index.js';

/** A log somebody else keeps, as it answers. */
export interface LogSource {
  checkpoint(): Promise<string>;
  /** hashes in base64 */
  consistency(from: number, to: number): Promise<readonly string[]>;
  /** an entry bundle of C2SP tlog-tiles */
  entries(address: TileAddress): Promise<Uint8Array>;
}

export interface LogLook {
  readonly checks: readonly Check[];
  /** the head to remember: it goes on from what was seen before. Absent when it does not */
  readonly head?: {
    readonly checkpoint: string;
    readonly size: number;
    /** the newest key that signed it, of those one may believe */
    readonly key: NoteKey;
  };
  /** what the log says now, whether it is to be believed or not */
  readonly checkpoint: string;
}

/**
 * Looks at a log again: whether its head is signed, and whether the log one has seen before is still the beginning
 * of it. With `full` every entry is read as well.
 * @param key the one that is believed
 * @param seen the signed head that was believed last
 * @param handovers notes by which keys of logs name their successors, from anywhere
 */
export async function lookAtLog(
  source: LogSource,
  key: NoteKey,
  seen: string | undefined,
  full: boolean,
  handovers: readonly string[] = [],
): Promise<LogLook> {
  const checkpoint = await source.checkpoint();
  const keys = successorsOf(key, handovers);
  const present = keys.findLast((each) => readCheckpoint(checkpoint, each) !== undefined);
  const head = present && readCheckpoint(checkpoint, present);
  if (!head) return { checkpoint, checks: [failed('head', `This is no head that ${key.name} signed.`)] };
  const checks = [
    passed('head', `${head.size} ${head.size === 1 ? 'receipt' : 'receipts'}, signed by ${key.name}.`),
  ];
  if (present !== key)
    checks.push(
      passed(
        'key',
        `It is signed by another key now, which the one before it named: ${noteKeyText(present)}`,
      ),
    );
  checks.push(await consistency(source, keys, seen, head));
  if (full && checks.every((each) => each.passed)) checks.push(...(await entries(source, head)));
  const holds = checks.every((each) => each.passed);
  return { checkpoint, checks, ...(holds && { head: { checkpoint, size: head.size, key: present } }) };
}

async function consistency(
  source: LogSource,
  keys: readonly NoteKey[],
  seen: string | undefined,
  head: TreeHead,
): Promise<Check> {
  if (seen === undefined)
    return passed('consistency', 'Seen for the first time: there is nothing to compare.');
  const older = headBy(seen, keys);
  if (!older) return failed('consistency', `What was seen before is no head that ${keys[0]!.name} signed.`);
  if (head.size < older.size)
    return failed('consistency', `It had ${older.size} receipts when it was seen last: some were dropped.`);
  const hashes = head.size === older.size ? [] : await source.consistency(older.size, head.size);
  const proof = hashes.map(fromBase64);
  const holds = proof.every((hash) => hash !== undefined) && isConsistent(older, head, proof as Uint8Array[]);
  return check(
    'consistency',
    holds ? undefined : `It was rewritten: the ${older.size} receipts that were seen are not how it begins.`,
    head.size === older.size
      ? 'Nothing was added since.'
      : `The ${older.size} receipts seen before are how it begins.`,
  );
}

/** Reads all of it: whether it is the tree that was signed, and has no receipt twice. */
async function entries(source: LogSource, head: TreeHead): Promise<readonly Check[]> {
  let peaks: Peaks = NO_PEAKS;
  const names = new Set<string>();
  for (let index = 0; peaks.size < head.size; index++) {
    const width = Math.min(TILE_WIDTH, head.size - peaks.size);
    const found = entriesOf(await source.entries({ index, width }));
    if (found.length !== width)
      return [failed('entries', `Its entries from ${peaks.size} on are not there.`)];
    for (const entry of found) {
      names.add(hex(entry.subarray(0, ENTRY_BYTES / 2)));
      peaks = withLeaf(peaks, leafHash(entry));
    }
  }
  const isTree = sameHash(rootOfPeaks(peaks), head.root);
  const twice = head.size - names.size;
  return [
    check(
      'entries',
      isTree ? undefined : 'Its entries are not those of the head.',
      `All ${head.size} were read.`,
    ),
    check(
      'once',
      twice > 0 ? `${twice} entries are about a receipt that has another one.` : undefined,
      'No receipt is in it twice.',
    ),
  ];
}

/** @returns no entries for bytes that are not such a bundle */
function entriesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 2 + ENTRY_BYTES) {
    const entry = bytes.subarray(at + 2, at + 2 + ENTRY_BYTES);
    if (bytes[at] !== 0 || bytes[at + 1] !== ENTRY_BYTES || entry.length !== ENTRY_BYTES) return [];
    found.push(entry);
  }
  return found;
}
