import { getBase64Encoder, getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { Refusal } from '../../kernel/errors.js';
import { readTransaction } from './read-transaction.js';
import { tokenAccountOf } from './token-account.js';

export interface ExpectedPayment {
  /** the wallet that signs */
  readonly wallet: string;
  readonly payTo: string;
  readonly asset: string;
  /** micro-USDC */
  readonly most: bigint;
}

const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';

/**
 * What a wallet looks for itself before it signs, whoever asks: one transfer of at most that much, out of its own
 * account, to the approved recipient, and nothing beside it. Its fee is somebody else's.
 * @throws Refusal PAYMENT_NOT_AS_APPROVED {wrong}
 */
export async function requireOnlyPayment(wire: string, expected: ExpectedPayment): Promise<void> {
  const { wallet, payTo, asset, most } = expected;
  const { transfers, keys } = readTransaction(wire);
  const [transfer] = transfers;
  const [source, destination] = await Promise.all([
    tokenAccountOf(wallet, asset),
    tokenAccountOf(payTo, asset),
  ]);
  const checks: readonly (readonly [boolean, string])[] = [
    [
      programsOf(wire).every((each) => [COMPUTE_BUDGET, TOKEN, MEMO].includes(each)),
      'it calls another program',
    ],
    [programsOf(wire).filter((each) => each === TOKEN).length === 1, 'it moves tokens more than once'],
    [transfers.length === 1, 'it is not one transfer'],
    [transfer?.source === source && transfer.authority === wallet, 'it pays out of another account'],
    [transfer?.destination === destination, 'it pays somebody else'],
    [transfer?.mint === asset, 'it moves another token'],
    [transfer !== undefined && transfer.amount <= most, `it pays ${transfer?.amount}, approved was ${most}`],
    [keys[0] !== wallet, 'it has the wallet pay the fee'],
  ];
  const wrong = checks.flatMap(([holds, what]) => (holds ? [] : [what]));
  if (wrong.length > 0)
    throw new Refusal(
      'PAYMENT_NOT_AS_APPROVED',
      `Quittance asks for a signature that is not the approved payment: ${wrong.join(', ')}. It is not given.`,
      { wrong },
    );
}

function programsOf(wire: string): readonly string[] {
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (message.version === 1) throw new RangeError('transactions of version 1 are not read');
  return message.instructions.map(
    ({ programAddressIndex }) => message.staticAccounts[programAddressIndex] ?? '',
  );
}
