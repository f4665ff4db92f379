import { type Check, check, failed, noted } from './checks.js';
import type { ReceiptProof, Statement } from './document.js';
import type { Finding } from './pending-proof.js';
import type { PinnedKey } from './verification-keys.js';
import { findKey, type ProofOptions, proofFindings } from './verify-proof.js';

/** Whether the proof holds, by a key the verifier trusts, and is about this receipt and this context. */
export const checkReceiptProof = (
  statement: Statement,
  proof: ReceiptProof,
  options: ProofOptions,
  context: string | undefined,
): readonly Finding[] =>
  checkProofAbout(proof, options, context, {
    // a segment of a chain is about the same, and proves it of some of the steps
    misstated: (signals) =>
      signals.has('segment')
        ? 'The proof is one segment of a chain, and proves nothing alone.'
        : misstated(statement, signals),
    holds: 'The proof is about this receipt.',
  });

/** Public signals by their names. */
export type Signals = ReadonlyMap<string, string | undefined>;

export interface Claim {
  /** what the signals say otherwise than the document, undefined when nothing */
  misstated(signals: Signals): string | undefined;
  readonly holds: string;
}

/** The same for whatever a document claims. */
export function checkProofAbout(
  proof: ReceiptProof,
  options: ProofOptions,
  context: string | undefined,
  claim: Claim,
): readonly Finding[] {
  const { circuitId, circuitVersion } = proof;
  const found = trusted(proof, options);
  if (typeof found === 'string') return [failed('proof-key', found)];
  const signals = signalsOf(proof, found);
  return [
    check('proof-signals', claim.misstated(signals), claim.holds),
    contextCheck(signals.get('context'), context),
    ...proofFindings(circuitId, proof.proof, proof.publicSignals, { ...options, circuitVersion }),
  ];
}

/** The verifier's own key for the circuit, or why the proof cannot be checked with it. */
export function trusted(proof: ReceiptProof, options: ProofOptions): PinnedKey | string {
  const { circuitId, circuitVersion } = proof;
  const pinned = findKey(circuitId, { ...options, circuitVersion });
  if (!pinned) return `This verifier trusts no key for ${circuitId}, version ${circuitVersion}.`;
  return pinned.vkeyHash === proof.vkeyHash && pinned.keyKind === proof.keyKind
    ? pinned
    : 'The proof names another key than the one this verifier trusts for the circuit.';
}

export const signalsOf = (proof: ReceiptProof, { publicSignals }: PinnedKey): Signals =>
  new Map(publicSignals.map((name, i) => [name, proof.publicSignals[i]]));

export function misstated(statement: Statement, signals: Signals): string | undefined {
  const { commitments, totalCost } = statement;
  if (!commitments || statement.outcome !== 'completed')
    return 'Only a completed run has a proof of completion.';
  const expected: Readonly<Record<string, string | null>> = {
    workflowHash: commitments.workflowHash,
    resultsRoot: commitments.resultsRoot,
    finalResultHash: commitments.finalResultHash,
    stepCount: statement.stepCount.toString(),
    maxCost: statement.maxCost,
    executionId: commitments.executionId,
    totalCost: totalCost ?? '0',
    concealCost: totalCost === null ? '1' : '0',
  };
  return differing(expected, signals, 'the receipt');
}

export function differing(
  expected: Readonly<Record<string, string | null>>,
  signals: Signals,
  than: string,
): string | undefined {
  const wrong = Object.keys(expected).find((name) => signals.get(name) !== expected[name]);
  return wrong === undefined ? undefined : `The proof is about another ${wrong} than ${than}.`;
}

export const contextCheck = (found: string | undefined, wanted: string | undefined): Check =>
  wanted === undefined
    ? noted('context', 'You chose no context, so this may be a proof that was made for somebody else.')
    : check(
        'context',
        found === wanted ? undefined : 'The proof was made for another context than yours.',
        'The proof was made for your context.',
      );
