import { describe, expect, it } from '@jest/globals';
import { given as givenHistory } from '../../../test/kit/decider-spec.js';
import type { ReceiptEvent } from '../../events/receipt.js';
import { fold } from '../../kernel/decider.js';
import { LIMITS } from '../../kernel/limits.js';
import { toMicros } from '../../kernel/money.js';
import type { ReceiptCommand } from './commands.js';
import { receiptDecider } from './decide.js';
import { zkStatusOf } from './state.js';

const at = '2026-01-02T03:04:05.678Z';
const document = { sha256: 'e'.repeat(64), size: 4000, mediaType: 'application/json' };
const facts = {
  receiptId: 'rcpt_1',
  workflowId: 'wf_1',
  runNo: 1,
  userId: 'user_1',
  outcome: 'completed',
  level: 'zero-knowledge',
  workflowHash: '1',
  resultsRoot: '2',
  finalResultHash: '3',
  documentHash: 'd'.repeat(64),
  document,
  keyId: 'issuer-1',
} as const;
const circuit = { circuitId: 'workflow-receipt-16', circuitVersion: '1' };
const proof = {
  ...circuit,
  publicSignals: ['1', '2'],
  vkeyHash: 'f'.repeat(64),
  keyKind: 'development',
  document: { ...document, size: 5000 },
  documentHash: 'c'.repeat(64),
  provingMs: 700,
} as const;
const lost = { code: 'PROVER_LOST', message: 'The prover stopped.', final: false };
const impossible = { code: 'PROOF_FAILED', message: 'The witness does not fit.', final: true };

const issued: ReceiptEvent = { ...facts, type: 'ReceiptIssued', v: 2, totalCost: '200', issuedAt: at };
const basic: ReceiptEvent = { ...issued, level: 'basic' };
const requested: ReceiptEvent = {
  ...circuit,
  type: 'ProofRequested',
  v: 1,
  receiptId: 'rcpt_1',
  workflowId: 'wf_1',
  runNo: 1,
};
const proven: ReceiptEvent = { ...proof, type: 'WorkflowProofGenerated', v: 1 };
const interrupted: ReceiptEvent = { ...lost, type: 'ProofFailed', v: 1 };
const failed: ReceiptEvent = { ...impossible, type: 'ProofFailed', v: 1 };
const verified: ReceiptEvent = { type: 'ReceiptVerified', v: 1, verifier: 'self', valid: true };
const shared: ReceiptEvent = { type: 'ReceiptShared', v: 1, shared: true };

const issue = { ...facts, type: 'IssueReceipt', totalCost: toMicros(200n), at } as const;
const request = { ...circuit, type: 'RequestProof' } as const;
const record = { ...proof, type: 'RecordWorkflowProof' } as const;
const interrupt = { ...lost, type: 'FailProof' } as const;
const fail = { ...impossible, type: 'FailProof' } as const;
const verify = { type: 'RecordVerification', verifier: 'self', valid: true } as const;
const upgrade = { ...circuit, type: 'UpgradeReceipt', level: 'zero-knowledge' } as const;
const upgraded: ReceiptEvent = { type: 'ReceiptUpgraded', v: 1, level: 'zero-knowledge' };
const share = { type: 'ShareReceipt', shared: true } as const;

const given = (...history: ReceiptEvent[]) => givenHistory(receiptDecider, history);
const zkStatus = (...history: ReceiptEvent[]) => {
  const state = fold(receiptDecider, history);
  return state.status === 'issued' ? zkStatusOf(state) : undefined;
};

describe('a receipt', () => {
  it('is issued', () => given().when(issue).then([issued]));

  it('is issued once, even if it was signed again at another time', () =>
    given(issued)
      .when({ ...issue, at: '2026-02-02T03:04:05.678Z', documentHash: 'a'.repeat(64) })
      .thenNothing());

  it('never says anything else of the same run', () =>
    given(issued)
      .when({ ...issue, totalCost: toMicros(201n), outcome: 'failed' })
      .refuses('RECEIPT_DIFFERS', { receiptId: 'rcpt_1', differs: ['outcome', 'totalCost'] }));

  it.each<ReceiptCommand>([request, record, interrupt, verify, share, upgrade])(
    'refuses $type before it is issued',
    (command) => given().when(command).refuses('RECEIPT_NOT_READY'),
  );

  it('is shared and taken back, each once', () => {
    given(issued).when(share).then([shared]);
    given(issued, shared).when(share).thenNothing();
    given(issued)
      .when({ ...share, shared: false })
      .thenNothing();
    given(issued, shared)
      .when({ ...share, shared: false })
      .then([{ type: 'ReceiptShared', v: 1, shared: false }]);
  });

  it('is revoked once, for the reason that was given first', () => {
    const revoke = { type: 'RevokeReceipt', reason: 'The wrong run.', at } as const;
    const revoked: ReceiptEvent = { type: 'ReceiptRevoked', v: 1, reason: 'The wrong run.', revokedAt: at };
    given(issued).when(revoke).then([revoked]);
    given(issued, revoked)
      .when({ ...revoke, reason: 'Another one.' })
      .thenNothing();
    given().when(revoke).refuses('RECEIPT_NOT_READY');
  });

  it('records what a verifier found, once as long as it is the same', () => {
    given(issued).when(verify).then([verified]);
    given(issued, verified).when(verify).thenNothing();
    given(issued, verified)
      .when({ ...verify, valid: false })
      .then([{ ...verified, type: 'ReceiptVerified', valid: false } as ReceiptEvent]);
  });

  it('keeps the findings of a limited number of verifiers', () => {
    const many = Array.from(
      { length: LIMITS.verifiersPerReceipt },
      (_, i): ReceiptEvent => ({
        type: 'ReceiptVerified',
        v: 1,
        verifier: `v${i}`,
        valid: true,
      }),
    );
    given(issued, ...many)
      .when(verify)
      .refuses('TOO_MANY_VERIFIERS', { limit: LIMITS.verifiersPerReceipt });
  });
});

describe('the proof of a receipt', () => {
  it('is requested where the level asks for one', () => given(issued).when(request).then([requested]));

  it('is not possible for another level, an unfinished run or one too large', () => {
    given(basic).when(request).refuses('PROOF_NOT_POSSIBLE', { level: 'basic', outcome: 'completed' });
    given({ ...issued, outcome: 'failed' } as ReceiptEvent)
      .when(request)
      .refuses('PROOF_NOT_POSSIBLE', { level: 'zero-knowledge', outcome: 'failed' });
    given({ ...issued, unprovable: 'The run has 17 steps.' } as ReceiptEvent)
      .when(request)
      .refuses('PROOF_NOT_POSSIBLE');
  });

  it('is requested of one circuit at a time', () => {
    given(issued, requested).when(request).thenNothing();
    given(issued, requested)
      .when({ ...request, circuitVersion: '2' })
      .refuses('WRONG_CIRCUIT', circuit);
  });

  it('is requested again after the prover was lost, not after it failed for good', () => {
    given(issued, requested, interrupted).when(request).then([requested]);
    given(issued, requested, failed).when(request).refuses('PROOF_FAILED', { cause: 'PROOF_FAILED' });
  });

  it('is recorded', () => given(issued, requested).when(record).then([proven]));

  it('is recorded even from a prover that was thought lost', () =>
    given(issued, requested, interrupted).when(record).then([proven]));

  it('is recorded once: a second proof of the same statement adds nothing', () => {
    given(issued, requested, proven)
      .when({ ...record, documentHash: 'a'.repeat(64) })
      .thenNothing();
    given(issued, requested, proven).when(request).thenNothing();
  });

  it('of another statement is refused', () =>
    given(issued, requested, proven)
      .when({ ...record, publicSignals: ['1', '3'] })
      .refuses('PROOF_DIFFERS'));

  it('of another circuit is refused', () =>
    given(issued, requested)
      .when({ ...record, circuitId: 'other' })
      .refuses('WRONG_CIRCUIT', circuit));

  it('that nobody asked for is refused', () => {
    given(issued).when(record).refuses('WRONG_STATE', { status: 'unrequested' });
    given(basic).when(record).refuses('WRONG_STATE', { status: 'not_required' });
    given(issued).when(fail).refuses('WRONG_STATE');
    given(issued, requested, failed).when(record).refuses('WRONG_STATE', { status: 'failed' });
  });

  it('fails for now, then for good, each once', () => {
    given(issued, requested).when(interrupt).then([interrupted]);
    given(issued, requested, interrupted).when(interrupt).thenNothing();
    given(issued, requested, interrupted).when(fail).then([failed]);
    given(issued, requested, failed).when(fail).thenNothing();
  });

  it('never fails once it exists', () => given(issued, requested, proven).when(fail).refuses('PROOF_EXISTS'));
});

describe('a receipt issued without a proof', () => {
  it('is proven later when its owner asks for it, and is the same receipt', () => {
    given(basic).when(upgrade).then([upgraded, requested]);
    given(basic, upgraded, requested).when(record).then([proven]);
    given(basic, upgraded, requested)
      .when({ ...issue, level: 'basic' })
      .thenNothing();
  });

  it('is asked for once', () => {
    given(basic, upgraded, requested).when(upgrade).thenNothing();
    given(basic, upgraded, requested, proven).when(upgrade).thenNothing();
    given(issued).when(upgrade).thenNothing();
  });

  it('is asked for again after the prover was lost, not after it failed for good', () => {
    given(basic, upgraded, requested, interrupted).when(upgrade).then([requested]);
    given(basic, upgraded, requested, failed).when(upgrade).refuses('PROOF_FAILED');
  });

  it.each(['failed', 'cancelled', 'expired'] as const)('has no proof when its run %s', (outcome) =>
    given({ ...basic, outcome } as ReceiptEvent)
      .when(upgrade)
      .refuses('PROOF_NOT_POSSIBLE', { level: 'basic', outcome }),
  );
});

describe('the zero-knowledge status', () => {
  it.each([
    ['not_required', [basic]],
    ['not_required', [{ ...issued, outcome: 'cancelled' } as ReceiptEvent]],
    ['pending', [issued]],
    ['pending', [basic, upgraded, requested]],
    ['proven', [basic, upgraded, requested, proven]],
    ['pending', [issued, requested]],
    ['pending', [issued, requested, interrupted]],
    ['failed', [issued, requested, failed]],
    ['proven', [issued, requested, proven]],
    ['proven', [issued, verified, requested, proven]],
    ['proven', [issued, requested, proven, { ...verified, valid: false } as ReceiptEvent]],
    ['verified', [issued, requested, proven, verified]],
  ])('is %s', (status, history) => expect(zkStatus(...history)).toBe(status));
});
