import type { ReceiptEvent } from '../../events/receipt.js';
import { unreachable } from '../../kernel/errors.js';

type Stored<T extends ReceiptEvent['type']> = Omit<Extract<ReceiptEvent, { type: T }>, 'type' | 'v'>;
export type IssuedFacts = Stored<'ReceiptIssued'>;
export type RecordedProof = Stored<'WorkflowProofGenerated'>;

interface Circuit {
  readonly circuitId: string;
  readonly circuitVersion: string;
}

export type ProofProgress =
  | { readonly status: 'not_required' }
  | { readonly status: 'unrequested' }
  | ({ readonly status: 'requested' } & Circuit)
  /** the prover was lost; asking again may help */
  | ({ readonly status: 'interrupted'; readonly code: string } & Circuit)
  | { readonly status: 'failed'; readonly code: string }
  | { readonly status: 'proven'; readonly proof: RecordedProof };

export interface IssuedReceipt {
  readonly status: 'issued';
  readonly facts: IssuedFacts;
  readonly progress: ProofProgress;
  /** what each verifier last found */
  readonly verifications: Readonly<Record<string, boolean>>;
  readonly shared: boolean;
  /** absent unless the issuer took back its word */
  readonly revoked?: { readonly at: string; readonly reason: string };
}

export type ReceiptState = { readonly status: 'none' } | IssuedReceipt;

export type ZkStatus = 'not_required' | 'pending' | 'proven' | 'verified' | 'failed';

export const noReceipt: ReceiptState = { status: 'none' };

/** The public word for how far the proof is (domain.md 6). */
export function zkStatusOf(receipt: IssuedReceipt): ZkStatus {
  switch (receipt.progress.status) {
    case 'not_required':
    case 'failed':
      return receipt.progress.status;
    case 'unrequested':
    case 'requested':
    case 'interrupted':
      return 'pending';
    case 'proven':
      return Object.values(receipt.verifications).includes(true) ? 'verified' : 'proven';
    default:
      return unreachable(receipt.progress);
  }
}

/** Only a run that completed as planned can be proven, and only if it fits a circuit. */
export const isProvable = (facts: Pick<IssuedFacts, 'level' | 'outcome' | 'unprovable'>): boolean =>
  facts.level === 'zero-knowledge' && facts.outcome === 'completed' && facts.unprovable === undefined;

export function evolveReceipt(state: ReceiptState, event: ReceiptEvent): ReceiptState {
  if (event.type === 'ReceiptIssued') {
    const { type: _type, v: _v, ...facts } = event;
    const progress = { status: isProvable(facts) ? 'unrequested' : 'not_required' } as const;
    return { status: 'issued', facts, progress, verifications: {}, shared: false };
  }
  if (state.status === 'none') throw new Error(`${event.type} in the history of no receipt`);
  switch (event.type) {
    case 'ProofRequested': {
      const { circuitId, circuitVersion } = event;
      return { ...state, progress: { status: 'requested', circuitId, circuitVersion } };
    }
    case 'WorkflowProofGenerated': {
      const { type: _type, v: _v, ...proof } = event;
      // What was verified before was the document without its proof.
      return { ...state, progress: { status: 'proven', proof }, verifications: {} };
    }
    case 'ProofFailed':
      return { ...state, progress: afterFailure(state.progress, event.code, event.final) };
    case 'ReceiptVerified':
      return { ...state, verifications: { ...state.verifications, [event.verifier]: event.valid } };
    case 'ReceiptShared':
      return { ...state, shared: event.shared };
    case 'ReceiptRevoked':
      return { ...state, revoked: { at: event.revokedAt, reason: event.reason } };
    case 'ReceiptUpgraded':
      return { ...state, progress: { status: 'unrequested' } };
    default:
      return unreachable(event);
  }
}

function afterFailure(progress: ProofProgress, code: string, final: boolean): ProofProgress {
  if (progress.status !== 'requested' && progress.status !== 'interrupted')
    throw new Error(`ProofFailed in the history of a proof that is ${progress.status}`);
  const { circuitId, circuitVersion } = progress;
  return final ? { status: 'failed', code } : { status: 'interrupted', code, circuitId, circuitVersion };
}
