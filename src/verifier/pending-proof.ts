import { isRefusal } from '../kernel/errors.js';
import { type Check, failed, noted, passed, type Verdict, verdict } from './checks.js';
import type { ParsedProof } from './groth16-parser.js';
import { noblePairing } from './noble-pairing.js';
import type { Pairing, PairingKey } from './pairing.js';
import type { PinnedKey } from './verification-keys.js';

/** A check that waits for a pairing, so that many proofs share what a pairing costs. */
export interface PendingProof {
  readonly name: string;
  readonly pinned: PinnedKey;
  readonly proof: ParsedProof;
  /** what to say when it holds */
  readonly holds: string;
}

export type Finding = Check | PendingProof;

const isPending = (finding: Finding): finding is PendingProof => 'pinned' in finding;

/**
 * Makes verdicts of what was found about each of several documents. Proofs come last and together; those of a
 * document that is refused anyway are not looked at, so that rubbish costs no pairing.
 */
export function settle(
  found: readonly (readonly Finding[])[],
  pairing: Pairing = noblePairing,
): readonly Verdict[] {
  const wanted = found.flatMap((findings) => (isRefused(findings) ? [] : findings.filter(isPending)));
  const settled = new Map<PendingProof, Check>();
  for (const [pinned, proofs] of byKey(wanted)) {
    const complaints = complaintsOf(pinned, proofs, pairing);
    proofs.forEach((each, i) => {
      const complaint = complaints[i];
      const { name, holds } = each;
      settled.set(each, complaint === undefined ? passed(name, holds) : failed(name, complaint));
    });
  }
  const unseen = ({ name }: PendingProof) => noted(name, 'Not looked at: another check has failed already.');
  return found.map((findings) =>
    verdict(findings.map((each) => (isPending(each) ? (settled.get(each) ?? unseen(each)) : each))),
  );
}

const isRefused = (findings: readonly Finding[]): boolean =>
  findings.some((each) => !isPending(each) && each.required && !each.passed);

const byKey = (proofs: readonly PendingProof[]): ReadonlyMap<PinnedKey, readonly PendingProof[]> => {
  const groups = new Map<PinnedKey, PendingProof[]>();
  for (const each of proofs) {
    const group = groups.get(each.pinned);
    if (group) group.push(each);
    else groups.set(each.pinned, [each]);
  }
  return groups;
};

function complaintsOf(
  pinned: PinnedKey,
  proofs: readonly PendingProof[],
  pairing: Pairing,
): readonly (string | undefined)[] {
  try {
    return openedKey(pinned, pairing).complaints(proofs.map(({ proof }) => proof));
  } catch (error) {
    // a key that cannot be used proves nothing
    if (isRefusal(error)) return proofs.map(() => error.message);
    throw error;
  }
}

/** Checking a key's points takes longer than a proof; it is done once for each key and pairing. */
const opened = new WeakMap<Pairing, WeakMap<PinnedKey, PairingKey>>();

function openedKey(pinned: PinnedKey, pairing: Pairing): PairingKey {
  const keys = opened.get(pairing) ?? new WeakMap<PinnedKey, PairingKey>();
  opened.set(pairing, keys);
  const key = keys.get(pinned) ?? pairing.open(pinned);
  keys.set(pinned, key);
  return key;
}
