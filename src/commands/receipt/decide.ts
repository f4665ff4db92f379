/**
 * The document that ends a run, and the proof that may follow it.
 *
 * - A run has one receipt: what it says never changes once it is issued.
 * - A proof is asked for only where the level wants one, the run completed and a circuit is large enough.
 * - A receipt that was revoked stays so, for the reason that was given first.
 * - Its owner may ask for a proof later, of a run that completed: the receipt stays as it was issued.
 * - A receipt has at most one proof, of the circuit that was asked for. One that failed for good stays failed.
 */
import type { ReceiptEvent } from '../../events/receipt.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import type {
  FailProof,
  IssueReceipt,
  ReceiptCommand,
  RecordVerification,
  RecordWorkflowProof,
  RequestProof,
  UpgradeReceipt,
} from './commands.js';
import {
  evolveReceipt,
  type IssuedFacts,
  type IssuedReceipt,
  noReceipt,
  type ReceiptState,
} from './state.js';

type Decision = readonly ReceiptEvent[];
const NOTHING: Decision = [];

function decide(command: ReceiptCommand, state: ReceiptState): Decision {
  if (command.type === 'IssueReceipt') return issue(command, state);
  if (state.status === 'none')
    throw new Refusal('RECEIPT_NOT_READY', 'The receipt of this run is not issued yet.', {}, 'retryable');
  switch (command.type) {
    case 'RequestProof':
      return requestProof(command, state);
    case 'RecordWorkflowProof':
      return recordProof(command, state);
    case 'FailProof':
      return failProof(command, state);
    case 'RecordVerification':
      return recordVerification(command, state);
    case 'ShareReceipt':
      return state.shared === command.shared
        ? NOTHING
        : [{ type: 'ReceiptShared', v: 1, shared: command.shared }];
    case 'RevokeReceipt':
      return state.revoked
        ? NOTHING
        : [{ type: 'ReceiptRevoked', v: 1, reason: command.reason, revokedAt: command.at }];
    case 'UpgradeReceipt':
      return upgrade(command, state);
    default:
      return unreachable(command);
  }
}

function issue(command: IssueReceipt, state: ReceiptState): Decision {
  const { type: _type, totalCost, at, ...rest } = command;
  const facts: IssuedFacts = { ...rest, totalCost: String(totalCost), issuedAt: at };
  if (state.status === 'none') return [{ type: 'ReceiptIssued', v: 2, ...facts }];
  const differs = FACTS.filter((key) => state.facts[key] !== facts[key]);
  if (differs.length === 0) return NOTHING;
  throw new Refusal('RECEIPT_DIFFERS', 'The receipt of this run was issued, and says otherwise.', {
    receiptId: state.facts.receiptId,
    differs,
  });
}

/** What a receipt says of the run. A second signing differs in its time and so in its bytes, not in these. */
const FACTS = [
  'receiptId',
  'workflowId',
  'runNo',
  'userId',
  'outcome',
  'level',
  'workflowHash',
  'resultsRoot',
  'finalResultHash',
  'totalCost',
] as const satisfies readonly (keyof IssuedFacts)[];

function requestProof(command: RequestProof, { facts, progress }: IssuedReceipt): Decision {
  const { circuitId, circuitVersion } = command;
  const { receiptId, workflowId, runNo } = facts;
  switch (progress.status) {
    case 'unrequested':
    case 'interrupted':
      return [{ type: 'ProofRequested', v: 1, receiptId, workflowId, runNo, circuitId, circuitVersion }];
    case 'requested':
      return progress.circuitId === circuitId && progress.circuitVersion === circuitVersion
        ? NOTHING
        : refuseCircuit(progress);
    case 'proven':
      return NOTHING;
    case 'not_required':
      throw new Refusal('PROOF_NOT_POSSIBLE', facts.unprovable ?? 'This receipt has no proof to make.', {
        level: facts.level,
        outcome: facts.outcome,
      });
    case 'failed':
      throw new Refusal('PROOF_FAILED', 'The proof of this run failed for good.', { cause: progress.code });
    default:
      return unreachable(progress);
  }
}

function upgrade({ level, circuitId, circuitVersion }: UpgradeReceipt, receipt: IssuedReceipt): Decision {
  const { facts, progress } = receipt;
  const request: RequestProof = { type: 'RequestProof', circuitId, circuitVersion };
  switch (progress.status) {
    case 'not_required':
      if (facts.outcome !== 'completed' || facts.unprovable !== undefined)
        return requestProof(request, receipt);
      return [
        { type: 'ReceiptUpgraded', v: 1, level },
        ...requestProof(request, { ...receipt, progress: { status: 'unrequested' } }),
      ];
    // whoever issues it asks for the proof
    case 'unrequested':
    case 'requested':
    case 'proven':
      return NOTHING;
    case 'interrupted':
    case 'failed':
      return requestProof(request, receipt);
    default:
      return unreachable(progress);
  }
}

function recordProof(command: RecordWorkflowProof, { progress }: IssuedReceipt): Decision {
  const { type: _type, ...proof } = command;
  switch (progress.status) {
    case 'requested':
    // A prover that was thought lost may still answer.
    case 'interrupted':
      if (progress.circuitId !== proof.circuitId || progress.circuitVersion !== proof.circuitVersion)
        return refuseCircuit(progress);
      return [{ type: 'WorkflowProofGenerated', v: 1, ...proof }];
    case 'proven':
      if (String(progress.proof.publicSignals) === String(proof.publicSignals)) return NOTHING;
      throw new Refusal('PROOF_DIFFERS', 'This receipt has a proof, and it says otherwise.');
    case 'not_required':
    case 'unrequested':
    case 'failed':
      throw notAsked(progress.status);
    default:
      return unreachable(progress);
  }
}

function failProof({ code, message, final }: FailProof, { progress }: IssuedReceipt): Decision {
  switch (progress.status) {
    case 'requested':
      return [{ type: 'ProofFailed', v: 1, code, message, final }];
    case 'interrupted':
      return final ? [{ type: 'ProofFailed', v: 1, code, message, final }] : NOTHING;
    case 'failed':
      return NOTHING;
    case 'proven':
      throw new Refusal('PROOF_EXISTS', 'This receipt has a proof.');
    case 'not_required':
    case 'unrequested':
      throw notAsked(progress.status);
    default:
      return unreachable(progress);
  }
}

function recordVerification(command: RecordVerification, receipt: IssuedReceipt): Decision {
  const { verifier, valid } = command;
  const known = Object.hasOwn(receipt.verifications, verifier);
  if (known && receipt.verifications[verifier] === valid) return NOTHING;
  if (!known && Object.keys(receipt.verifications).length >= LIMITS.verifiersPerReceipt)
    throw new Refusal('TOO_MANY_VERIFIERS', 'No more verifications of this receipt are kept.', {
      limit: LIMITS.verifiersPerReceipt,
    });
  return [{ type: 'ReceiptVerified', v: 1, verifier, valid }];
}

function refuseCircuit(asked: { readonly circuitId: string; readonly circuitVersion: string }): never {
  throw new Refusal('WRONG_CIRCUIT', 'The proof of this receipt was asked of another circuit.', {
    circuitId: asked.circuitId,
    circuitVersion: asked.circuitVersion,
  });
}

const notAsked = (status: string): Refusal =>
  new Refusal('WRONG_STATE', 'No proof of this receipt is being made.', { status });

export const receiptDecider: Decider<ReceiptState, ReceiptCommand, ReceiptEvent> = {
  initial: noReceipt,
  decide,
  evolve: evolveReceipt,
};

export const receipt = { category: 'receipt', decider: receiptDecider } as const satisfies Aggregate<
  ReceiptState,
  ReceiptCommand,
  ReceiptEvent
>;
