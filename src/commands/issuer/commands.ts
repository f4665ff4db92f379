import type { IssuerEventOf } from '../../events/issuer.js';

/** The secret half is in the vault already. */
export interface RotateReceiptKey
  extends Pick<
    IssuerEventOf<'ReceiptKeyRotated'>,
    'generation' | 'keyId' | 'publicKey' | 'former' | 'formerUntil'
  > {
  readonly type: 'RotateReceiptKey';
  readonly at: string;
}

export interface RevokeReceiptKey
  extends Pick<IssuerEventOf<'ReceiptKeyRevoked'>, 'keyId' | 'from' | 'logSize' | 'reason'> {
  readonly type: 'RevokeReceiptKey';
  readonly at: string;
}

export type IssuerCommand = RotateReceiptKey | RevokeReceiptKey;
