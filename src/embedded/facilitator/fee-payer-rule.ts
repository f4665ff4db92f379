import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { readTransaction } from '../../adapters/solana/read-transaction.js';
import { tokenAccountOf } from '../../adapters/solana/token-account.js';
import { isWellFormedAddress } from '../../adapters/solana/well-formed.js';

const IN_ACCOUNTS = 'invalid_exact_svm_payload_transaction_fee_payer_included_in_instruction_accounts';
const PAYS = 'invalid_exact_svm_payload_transaction_fee_payer_transferring_funds';

/**
 * The specification: the fee payer stands in no instruction's accounts, and its own tokens are not what is moved. The
 * library only looks at who signs for the transfer.
 * @returns why the fee payer's signature would be used for more than the fee, or undefined
 */
export async function feePayerMisused(
  payload: PaymentPayload,
  { asset, extra }: PaymentRequirements,
): Promise<string | undefined> {
  const feePayer = extra?.['feePayer'];
  const read = readOrNone(String(payload.payload['transaction']));
  // without one, or with one that is none, the library says so
  if (!read || typeof feePayer !== 'string' || !isWellFormedAddress(feePayer)) return undefined;
  const { transfers, touched } = read;
  const ownTokens = await tokenAccountOf(feePayer, asset);
  if (transfers.some(({ source, authority }) => source === ownTokens || authority === feePayer)) return PAYS;
  return touched.has(feePayer) ? IN_ACCOUNTS : undefined;
}

/** What cannot be read is refused by the library, in its words. */
function readOrNone(wire: string) {
  try {
    return readTransaction(wire);
  } catch {
    return undefined;
  }
}
