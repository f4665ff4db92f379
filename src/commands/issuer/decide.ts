/**
 * Who signs receipts: one key at a time, and the keys before it.
 *
 * - A key that was replaced never signs again; what it signed stays valid.
 * - Only a key that was replaced is revoked: somebody must go on signing.
 * - A revocation may be widened to an earlier time, and never taken back.
 */
import type { IssuerEvent } from '../../events/issuer.js';
import type { Aggregate } from '../../kernel/aggregate.js';
import type { Decider } from '../../kernel/decider.js';
import { Refusal, unreachable } from '../../kernel/errors.js';
import type { IssuerCommand, RevokeReceiptKey, RotateReceiptKey } from './commands.js';
import { evolveIssuer, firstKey, type IssuerState } from './state.js';

type Decision = readonly IssuerEvent[];
const NOTHING: Decision = [];

export const issuerDecider: Decider<IssuerState, IssuerCommand, IssuerEvent> = {
  initial: firstKey,
  evolve: evolveIssuer,
  decide(command, state) {
    switch (command.type) {
      case 'RotateReceiptKey':
        return rotate(command, state);
      case 'RevokeReceiptKey':
        return revoke(command, state);
      default:
        return unreachable(command);
    }
  },
};

function rotate({ type: _type, at, ...key }: RotateReceiptKey, state: IssuerState): Decision {
  const present = state.keys.at(-1);
  if (present?.keyId === key.keyId) return NOTHING;
  const expected = { generation: state.generation + 1, former: present?.keyId ?? key.former.keyId };
  if (key.generation !== expected.generation || key.former.keyId !== expected.former)
    throw new Refusal('KEY_ROTATED', 'The key of receipts was changed since this was asked for.', {
      generation: state.generation,
    });
  if (state.keys.some(({ keyId }) => keyId === key.keyId) || key.former.keyId === key.keyId)
    throw new Refusal('KEY_EXISTS', 'This key was used before.', { keyId: key.keyId });
  if (key.formerUntil < at)
    throw new Refusal('VALIDATION_FAILED', 'The former key cannot end before it is replaced.', {
      at,
      formerUntil: key.formerUntil,
    });
  return [{ type: 'ReceiptKeyRotated', v: 1, ...key, rotatedAt: at }];
}

function revoke({ keyId, from, logSize, reason, at }: RevokeReceiptKey, { keys }: IssuerState): Decision {
  const key = keys.find((each) => each.keyId === keyId);
  if (key && key !== keys.at(-1)) {
    if (key.revoked && key.revoked.from <= from) return NOTHING;
    // what was believed to be forged stays so
    const size = Math.min(logSize, key.revoked?.logSize ?? logSize);
    return [{ type: 'ReceiptKeyRevoked', v: 1, keyId, from, logSize: size, reason, revokedAt: at }];
  }
  if (key || keys.length === 0)
    throw new Refusal('KEY_IN_USE', 'Receipts are signed with this key. Rotate it, then revoke it.', {
      keyId,
    });
  throw new Refusal('NOT_FOUND', 'No receipt was signed with such a key since keys are rotated.', { keyId });
}

export const issuer = {
  category: 'issuer',
  decider: issuerDecider,
} as const satisfies Aggregate<IssuerState, IssuerCommand, IssuerEvent>;

/** There is one issuer. */
export const ISSUER_ID = 'receipts';
