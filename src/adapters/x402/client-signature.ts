import {
  type Address,
  getBase64Encoder,
  getPublicKeyFromAddress,
  getTransactionDecoder,
  type Transaction,
  verifySignature,
} from '@solana/kit';
import { Refusal } from '../../kernel/errors.js';
import type { ClientSignatures } from '../../ports/payments.js';
import { readTransaction } from '../solana/read-transaction.js';
import { fromBase64Json, toBase64Json } from './base64-json.js';

/** characters of base64; a transaction has 1,232 bytes at most */
const LONGEST = 1_644;

/**
 * What a wallet signed counts if it is the very message it was asked to sign: not one byte else can be said under its
 * name, so that amount, recipient, mint, memo, fee payer and instructions are those that were asked for.
 */
export const clientSignatures: ClientSignatures = {
  async complete(requested, transaction, payer) {
    const asked = fromBase64Json(requested) as { readonly payload: { readonly transaction: string } };
    const [unsigned, signed] = [decoded(asked.payload.transaction), decoded(transaction)];
    if (!unsigned || !signed) throw notAsAsked(['it cannot be read']);
    if (!isSame(unsigned.messageBytes, signed.messageBytes))
      throw notAsAsked(differences(asked.payload.transaction, transaction));
    const signature = signed.signatures[payer as Address];
    const others = Object.entries(signed.signatures).filter(([key, its]) => key !== payer && its);
    if (others.length > 0) throw notAsAsked(['somebody else has signed it too']);
    const isSigned =
      signature &&
      (await verifySignature(
        await getPublicKeyFromAddress(payer as Address),
        signature,
        signed.messageBytes,
      ));
    if (!isSigned)
      throw new Refusal('WALLET_SIGNATURE_INVALID', 'The wallet that pays has not signed this.', { payer });
    return toBase64Json({ ...asked, payload: { ...asked.payload, transaction } });
  },
};

function decoded(wire: string): Transaction | undefined {
  if (wire.length > LONGEST || !/^[A-Za-z0-9+/]+={0,2}$/.test(wire)) return undefined;
  try {
    return getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  } catch {
    return undefined;
  }
}

const isSame = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Buffer.from(a as Uint8Array).equals(Buffer.from(b as Uint8Array));

/** Says what is other than it was asked, as far as that can be told. */
function differences(asked: string, given: string): string[] {
  const [was, is] = [asked, given].map((wire) => {
    try {
      return readTransaction(wire);
    } catch {
      return undefined;
    }
  });
  if (!was || !is) return ['it cannot be read'];
  const [before, after] = [was.transfers[0], is.transfers[0]];
  const found: readonly (readonly [boolean, string])[] = [
    [is.transfers.length !== 1, `it makes ${is.transfers.length} transfers`],
    [after?.amount !== before?.amount, `its amount is ${after?.amount}, asked was ${before?.amount}`],
    [after?.destination !== before?.destination, 'it pays another account'],
    [after?.source !== before?.source, 'it pays out of another account'],
    [after?.mint !== before?.mint, 'it moves another token'],
    [is.keys[0] !== was.keys[0], 'it names another fee payer'],
    [is.memos.join() !== was.memos.join(), 'it has another memo'],
    [is.blockhash !== was.blockhash, 'it has another blockhash'],
  ];
  const told = found.flatMap(([differs, what]) => (differs ? [what] : []));
  return told.length > 0 ? told : ['it has other instructions'];
}

const notAsAsked = (differs: readonly string[]): Refusal =>
  new Refusal(
    'PAYMENT_NOT_AS_ASKED',
    'This is not the transaction that was to be signed. Sign it as it was given, and change nothing.',
    { differs: [...differs] },
  );
