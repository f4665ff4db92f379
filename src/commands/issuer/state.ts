import type { IssuerEvent, IssuerEventOf } from '../../events/issuer.js';
import { unreachable } from '../../kernel/errors.js';

export interface KnownReceiptKey {
  readonly keyId: string;
  readonly publicKey: string;
  /** null for the key the installation began with */
  readonly validFrom: string | null;
  /** null for the one that signs */
  readonly validUntil: string | null;
  readonly revoked: Pick<
    IssuerEventOf<'ReceiptKeyRevoked'>,
    'from' | 'logSize' | 'reason' | 'revokedAt'
  > | null;
}

export interface IssuerState {
  /** of the key that signs; 0 as long as it is the one the installation began with */
  readonly generation: number;
  /** the oldest first; none before the first rotation */
  readonly keys: readonly KnownReceiptKey[];
}

export const firstKey: IssuerState = { generation: 0, keys: [] };

export function evolveIssuer(state: IssuerState, event: IssuerEvent): IssuerState {
  switch (event.type) {
    case 'ReceiptKeyRotated': {
      const { generation, keyId, publicKey, former, formerUntil, rotatedAt } = event;
      const before = state.keys.length > 0 ? state.keys : [{ ...former, ...NEVER_CHANGED }];
      const keys = before.map((key) =>
        key.keyId === former.keyId ? { ...key, validUntil: formerUntil } : key,
      );
      const next = { ...NEVER_CHANGED, keyId, publicKey, validFrom: rotatedAt };
      return { generation, keys: [...keys, next] };
    }
    case 'ReceiptKeyRevoked': {
      const { keyId, from, logSize, reason, revokedAt } = event;
      const revoked = { from, logSize, reason, revokedAt };
      return { ...state, keys: state.keys.map((key) => (key.keyId === keyId ? { ...key, revoked } : key)) };
    }
    default:
      return unreachable(event);
  }
}

const NEVER_CHANGED = { validFrom: null, validUntil: null, revoked: null } as const;
