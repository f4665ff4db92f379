import { segmentCircuit, segmentsFor } from '../kernel/commitments/layout.js';
import { contextCheck, misstated, type Signals, signalsOf, trusted } from './check-proof.js';
import { type Check, check, failed } from './checks.js';
import type { Receipt, ReceiptProof, Statement } from './document.js';
import type { Finding } from './pending-proof.js';
import { type ProofOptions, proofFindings } from './verify-proof.js';

/**
 * Whether a chain of proofs holds: exactly the proofs the signed number of steps asks for, each by its own key, all
 * about this receipt and one context, each beginning where the one before it ended. What the proofs show together is
 * said in circuits/workflow-segment; none of them shows it alone.
 */
export function checkReceiptChain(
  { statement, proof, proofs = [] }: Pick<Receipt, 'statement' | 'proof' | 'proofs'>,
  options: ProofOptions,
  context: string | undefined,
): readonly Finding[] {
  const incomplete = proof ? 'The receipt brings one proof and a chain of them.' : missing(statement, proofs);
  if (incomplete !== undefined) return [failed('proof-chain', incomplete)];
  const signals: Signals[] = [];
  for (const each of proofs) {
    const found = trusted(each, options);
    if (typeof found === 'string') return [failed('proof-key', found)];
    signals.push(signalsOf(each, found));
  }
  return [
    check('proof-chain', undefined, `One proof for each of ${proofs.length} segments.`),
    check('proof-signals', wrongSignals(statement, signals), 'The proofs are about this receipt.'),
    check('proof-links', brokenLink(signals), 'Each proof begins where the one before it ended.'),
    oneContext(signals, context),
    ...proofs.flatMap((each, i) => partFindings(each, i, options)),
  ];
}

/** The same keys for all are said once. */
function partFindings(each: ReceiptProof, i: number, options: ProofOptions): readonly Finding[] {
  const { circuitId, circuitVersion, proof, publicSignals } = each;
  return proofFindings(circuitId, proof, publicSignals, { ...options, circuitVersion }).flatMap((finding) => {
    if (finding.name === 'proof') return [{ ...finding, name: `proof:${i + 1}` }];
    const isTold = i > 0 && (!('passed' in finding) || finding.passed || !finding.required);
    return isTold ? [] : [finding];
  });
}

/** Why these are not the proofs of this receipt's chain, each once and in their order. */
function missing({ commitments }: Statement, proofs: readonly ReceiptProof[]): string | undefined {
  const segments = commitments ? segmentsFor(commitments.slots) : undefined;
  if (commitments === null || segments === undefined) return 'No chain of proofs is made for such a run.';
  const wanted = Array.from({ length: segments }, (_, i) => segmentCircuit(commitments.slots, i + 1));
  const found = proofs.map(({ circuitId }) => circuitId);
  const strange = found.find((circuitId) => !wanted.includes(circuitId));
  if (strange !== undefined) return `${strange} is not of this chain.`;
  const twice = found.find((circuitId, i) => found.indexOf(circuitId) < i);
  if (twice !== undefined) return `The proof of ${twice} stands there twice.`;
  const absent = wanted.find((circuitId) => !found.includes(circuitId));
  if (absent !== undefined) return `The proof of ${absent} is missing.`;
  return found.every((circuitId, i) => circuitId === wanted[i])
    ? undefined
    : 'The proofs do not stand in the order of their segments.';
}

function wrongSignals(statement: Statement, all: readonly Signals[]): string | undefined {
  for (const [i, signals] of all.entries()) {
    const complaint = misstated(statement, signals);
    if (complaint !== undefined) return `Segment ${i + 1}: ${complaint}`;
    if (signals.get('segment') !== `${i + 1}` || signals.get('segments') !== `${all.length}`)
      return `The proof in place ${i + 1} of ${all.length} is about another segment, or of a longer or shorter chain.`;
  }
  return undefined;
}

/** What each segment hands on is what the next one takes up; the first begins with nothing, the last ends with it. */
function brokenLink(all: readonly Signals[]): string | undefined {
  const ends = ['0', ...all.map((signals) => signals.get('after'))];
  const broken = all.findIndex((signals, i) => signals.get('before') !== ends[i]);
  if (broken > 0) return `Segment ${broken + 1} does not begin with what segment ${broken} ended with.`;
  if (broken === 0) return 'The first segment does not begin with nothing.';
  return ends.at(-1) === '0' ? undefined : 'The last segment hands something on.';
}

function oneContext(all: readonly Signals[], wanted: string | undefined): Check {
  const [first, ...more] = all.map((signals) => signals.get('context'));
  return more.some((context) => context !== first)
    ? failed('context', 'The proofs were made for different contexts.')
    : contextCheck(first, wanted);
}
