import { canonicalJson } from '../kernel/canonical-json.js';
import { fieldText } from '../kernel/commitments/field.js';
import { jsonHash } from '../kernel/commitments/json-hash.js';
import { saltFor } from '../kernel/commitments/salts.js';
import { utf8 } from '../kernel/commitments/sha2.js';
import { receiptIdOf } from '../kernel/ids.js';
import type { ProofResult } from '../ports/prover.js';
import {
  type Disclosure,
  type Openings,
  RECEIPT_FORMAT,
  type Receipt,
  type Statement,
} from '../verifier/document.js';
import { NOT_PROVEN } from '../verifier/limits-of-proof.js';
import { type ProvingOptions, type ProvingTask, provingTask } from './circuit-inputs.js';
import type { ClosedRun } from './closed-run.js';
import type { Issuer } from './issuer.js';
import { commitRun, type RunCommitments, stepEvidence } from './run-commitments.js';
import { signStatement } from './sign-statement.js';

export interface IssuedReceipt {
  readonly receipt: Receipt;
  /** the statement as the log knows it */
  readonly statementBytes: Uint8Array;
  /** what to ask the prover for, or why there is nothing to ask; null below the level `zero-knowledge` */
  readonly proving: ProvingTask | null;
}

/**
 * The receipt of a closed run, before its proof. Levels basic and full disclose what the commitments open to but
 * for the contents; so does a run of level zero-knowledge for which no proof can exist.
 * @param issuedAt ISO 8601 with milliseconds
 */
export const issueReceipt = (
  run: ClosedRun,
  issuer: Issuer,
  issuedAt: string,
  options: ProvingOptions = {},
): IssuedReceipt => issueCommitted(run, commitRun(run), issuer, issuedAt, options);

/** As {@link issueReceipt} for a run whose commitments are at hand; undefined for one that never had a plan. */
export function issueCommitted(
  run: ClosedRun,
  commitments: RunCommitments | undefined,
  issuer: Issuer,
  issuedAt: string,
  options: ProvingOptions = {},
): IssuedReceipt {
  const task = provingTask(run, commitments, options);
  const proving = run.level === 'zero-knowledge' ? task : null;
  const conceal = options.concealCost === true && proving?.provable === true;
  const unprovable = task.provable ? null : task.reason;
  const statement = statementOf(run, commitments, { issuedAt, conceal, unprovable });
  const { signature, bytes: statementBytes } = signStatement(statement, issuer);
  const discloses = commitments !== undefined && proving?.provable !== true;
  const receipt: Receipt = {
    format: RECEIPT_FORMAT,
    statement,
    signature,
    ...(discloses ? { disclosure: disclosureOf(run, commitments) } : {}),
  };
  return { receipt, statementBytes, proving };
}

interface Issuing {
  readonly issuedAt: string;
  readonly conceal: boolean;
  readonly unprovable: string | null;
}

function statementOf(run: ClosedRun, made: RunCommitments | undefined, issuing: Issuing): Statement {
  const total = run.steps.reduce((sum, step) => sum + step.cost, 0n);
  return {
    receiptId: receiptIdOf(run.workflowId, run.runNo),
    workflowId: run.workflowId,
    runNo: run.runNo,
    level: run.level,
    outcome: run.outcome,
    stepCount: run.steps.length,
    totalCost: issuing.conceal ? null : total.toString(),
    maxCost: run.budget.toString(),
    commitments: made
      ? {
          slots: made.slots,
          executionId: made.executionId,
          workflowHash: made.workflowHash,
          resultsRoot: made.resultsRoot,
          finalResultHash: made.finalResultHash,
        }
      : null,
    approval: run.planHash === null ? null : { planHash: run.planHash, approver: run.approver },
    ...keptOf(run),
    ...rollbackOf(run),
    startedAt: run.startedAt,
    closedAt: run.closedAt,
    issuedAt: issuing.issuedAt,
    unprovable: issuing.unprovable,
    notProven: [...NOT_PROVEN],
  };
}

/** Said only where there is something to say, so that every other receipt reads as it always did. */
function keptOf({ steps }: ClosedRun): Pick<Statement, 'kept'> {
  const kept = steps.flatMap(({ stepId, keptFrom }) => (keptFrom ? [{ stepId, ...keptFrom }] : []));
  return kept.length > 0 ? { kept } : {};
}

const rollbackOf = ({ rollback }: ClosedRun): Pick<Statement, 'rollback'> =>
  rollback
    ? { rollback: { ...rollback, undone: [...rollback.undone], notUndone: [...rollback.notUndone] } }
    : {};

/** What the commitments of a run open to, but for the contents. */
export const disclosureOf = (run: ClosedRun, made: RunCommitments): Disclosure => ({
  planSalt: made.plan.salt,
  finalSalt: made.finalSalt,
  steps: run.steps.map((step, i) => {
    const record = made.records[i]!;
    return {
      stepId: step.stepId,
      kind: step.kind,
      action: step.action,
      serviceId: step.serviceId,
      recipient: step.recipient,
      network: step.network,
      asset: step.asset,
      ...(step.alternatives && { alternatives: step.alternatives.map((other) => ({ ...other })) }),
      ceiling: step.ceiling.toString(),
      dependencies: [...step.dependencies],
      skippable: step.skippable,
      outcome: record.outcome,
      cost: record.cost.toString(),
      attempt: record.attempt,
      seq: record.seq,
      inputCommitment: record.inputCommitment,
      outputCommitment: record.outputCommitment,
      evidence: stepEvidence(step),
      detailSalt: record.detailSalt,
    };
  }),
});

/**
 * Adds the salts of the contents, so that whoever holds a content can have it confirmed. They let a reader
 * confirm a guess as well: hand them out to the owner, never store them in clear.
 */
export function withOpenings(receipt: Receipt, secret: Uint8Array): Receipt {
  const openings: Record<string, Openings[string]> = {};
  for (const { stepId } of receipt.disclosure?.steps ?? [])
    openings[stepId] = {
      input: fieldText(saltFor(secret, `input/${stepId}`)),
      output: fieldText(saltFor(secret, `output/${stepId}`)),
    };
  return { ...receipt, openings };
}

/** The receipt with the proof that was made for it; the signature does not change. */
export const withProof = (receipt: Receipt, made: ProofResult): Receipt => ({
  ...receipt,
  proof: proofPart(made),
});

/** The same with a chain of them. */
export const withChain = (receipt: Receipt, made: readonly ProofResult[]): Receipt => ({
  ...receipt,
  proofs: made.map(proofPart),
});

/**
 * The same without what its commitments open to: the proof shows what that would, but for the payments.
 * @param made one proof, or all of a chain in their order
 */
export function proven(receipt: Receipt, made: readonly ProofResult[]): Receipt {
  const { disclosure: _disclosure, openings: _openings, ...concealed } = receipt;
  const [only, ...more] = made;
  return only && more.length === 0 ? withProof(concealed, only) : withChain(concealed, made);
}

/** What is put on record of proofs; of a chain, all that its proofs say, and one hash for the hashes of its keys. */
export function provenBy(made: readonly ProofResult[]) {
  const hashes = made.map(({ vkeyHash }) => vkeyHash);
  const isDevelopment = made.some(({ keyKind }) => keyKind === 'development');
  return {
    publicSignals: made.flatMap(({ publicSignals }) => publicSignals),
    vkeyHash: hashes.length === 1 ? hashes[0]! : jsonHash(hashes),
    keyKind: isDevelopment ? ('development' as const) : ('production' as const),
  };
}

/** A proof as documents have it. */
export const proofPart = (made: ProofResult): NonNullable<Receipt['proof']> => ({
  circuitId: made.circuitId,
  circuitVersion: made.circuitVersion,
  keyKind: made.keyKind,
  vkeyHash: made.vkeyHash,
  proof: {
    protocol: made.proof.protocol,
    curve: made.proof.curve,
    pi_a: [...made.proof.pi_a],
    pi_b: made.proof.pi_b.map((pair) => [...pair]),
    pi_c: [...made.proof.pi_c],
  },
  publicSignals: [...made.publicSignals],
});

/** RFC 8785 text of a receipt: what is stored, addressed and sent. */
export const receiptBytes = (receipt: Receipt): Uint8Array => utf8(canonicalJson(receipt));

export const receiptHash = (receipt: Receipt): string => jsonHash(receipt);
