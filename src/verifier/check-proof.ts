import { type Check, check, failed, noted } from './checks.js';
import type { ReceiptProof, Statement } from './document.js';
import type { Finding } from './pending-proof.js';
import { findKey, type ProofOptions, proofFindings } from './verify-proof.js';

/** Whether the proof holds, by a key the verifier trusts, and is about this receipt and this context. */
export function checkReceiptProof(
  statement: Statement,
  proof: ReceiptProof,
  options: ProofOptions,
  context: string | undefined,
): readonly Finding[] {
  const { circuitId, circuitVersion } = proof;
  const pinned = findKey(circuitId, { ...options, circuitVersion });
  if (!pinned)
    return [failed('proof-key', `This verifier trusts no key for ${circuitId}, version ${circuitVersion}.`)];
  if (pinned.vkeyHash !== proof.vkeyHash || pinned.keyKind !== proof.keyKind)
    return [
      failed('proof-key', 'The proof names another key than the one this verifier trusts for the circuit.'),
    ];
  const signals = new Map(pinned.publicSignals.map((name, i) => [name, proof.publicSignals[i]]));
  return [
    check('proof-signals', misstated(statement, signals), 'The proof is about this receipt.'),
    contextCheck(signals.get('context'), context),
    ...proofFindings(circuitId, proof.proof, proof.publicSignals, { ...options, circuitVersion }),
  ];
}

function misstated(
  statement: Statement,
  signals: ReadonlyMap<string, string | undefined>,
): string | undefined {
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
  const wrong = Object.keys(expected).find((name) => signals.get(name) !== expected[name]);
  return wrong === undefined ? undefined : `The proof is about another ${wrong} than the receipt.`;
}

const contextCheck = (found: string | undefined, wanted: string | undefined): Check =>
  wanted === undefined
    ? noted('context', 'You chose no context, so this may be a proof that was made for somebody else.')
    : check(
        'context',
        found === wanted ? undefined : 'The proof was made for another context than yours.',
        'The proof was made for your context.',
      );
