import {
  type Address,
  type EncodedAccount,
  getBase58Decoder,
  getBase64Decoder,
  lamports as toLamports,
} from '@solana/kit';
import { getMintDecoder, getTokenDecoder, type Token } from '@solana-program/token';
import type { LiteSVM } from 'litesvm';
import { TOKEN_PROGRAM } from './well-known.js';

const TOKEN_ACCOUNT_BYTES = 165;
const MINT_BYTES = 82;

/** An account as it stands in the journal and in the snapshot. */
export interface StoredAccount {
  readonly address: Address;
  /** decimal */
  readonly lamports: string;
  readonly owner: Address;
  readonly executable: boolean;
  /** base64 */
  readonly data: string;
}

export interface TokenAmount {
  readonly amount: string;
  readonly decimals: number;
  readonly uiAmount: number;
  readonly uiAmountString: string;
}

export type AccountEncoding = 'base58' | 'base64' | 'jsonParsed';

/** An account that does not exist is stored with no lamports, which is how the chain deletes one. */
export function storedAccount(svm: LiteSVM, address: Address): StoredAccount {
  const account = svm.getAccount(address);
  if (!account.exists)
    return {
      address,
      lamports: '0',
      owner: '11111111111111111111111111111111' as Address,
      executable: false,
      data: '',
    };
  return {
    address,
    lamports: account.lamports.toString(),
    owner: account.programAddress,
    executable: account.executable,
    data: getBase64Decoder().decode(account.data),
  };
}

export function restoreAccount(svm: LiteSVM, stored: StoredAccount): void {
  const data = new Uint8Array(Buffer.from(stored.data, 'base64'));
  svm.setAccount({
    address: stored.address,
    lamports: toLamports(BigInt(stored.lamports)),
    programAddress: stored.owner,
    executable: stored.executable,
    data,
    space: BigInt(data.length),
  });
}

/** @returns undefined when the address holds no SPL token account */
export function tokenAccount(svm: LiteSVM, address: Address): Token | undefined {
  const account = svm.getAccount(address);
  if (!account.exists || account.programAddress !== TOKEN_PROGRAM) return undefined;
  return account.data.length === TOKEN_ACCOUNT_BYTES ? getTokenDecoder().decode(account.data) : undefined;
}

export function mintOf(svm: LiteSVM, address: Address): { decimals: number; supply: bigint } | undefined {
  const account = svm.getAccount(address);
  if (!account.exists || account.programAddress !== TOKEN_PROGRAM) return undefined;
  return account.data.length === MINT_BYTES ? getMintDecoder().decode(account.data) : undefined;
}

export function tokenAmount(amount: bigint, decimals: number): TokenAmount {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(text), uiAmountString: text };
}

export function accountJson(svm: LiteSVM, account: EncodedAccount, encoding: AccountEncoding): unknown {
  return {
    data: accountData(svm, account, encoding),
    executable: account.executable,
    lamports: Number(account.lamports),
    owner: account.programAddress,
    rentEpoch: 0,
    space: account.data.length,
  };
}

function accountData(svm: LiteSVM, account: EncodedAccount, encoding: AccountEncoding): unknown {
  if (encoding === 'base58') return [getBase58Decoder().decode(account.data), 'base58'];
  const parsed = encoding === 'jsonParsed' ? parsedToken(svm, account) : undefined;
  return parsed ?? [getBase64Decoder().decode(account.data), 'base64'];
}

function parsedToken(svm: LiteSVM, account: EncodedAccount): unknown {
  const token = tokenAccount(svm, account.address);
  if (token) {
    const decimals = mintOf(svm, token.mint)?.decimals ?? 0;
    const info = {
      mint: token.mint,
      owner: token.owner,
      state: 'initialized',
      isNative: false,
      tokenAmount: tokenAmount(token.amount, decimals),
    };
    return { program: 'spl-token', space: TOKEN_ACCOUNT_BYTES, parsed: { type: 'account', info } };
  }
  const mint = mintOf(svm, account.address);
  if (!mint) return undefined;
  const { mintAuthority } = getMintDecoder().decode(account.data);
  const info = {
    decimals: mint.decimals,
    supply: mint.supply.toString(),
    isInitialized: true,
    mintAuthority: mintAuthority.__option === 'Some' ? mintAuthority.value : null,
    freezeAuthority: null,
  };
  return { program: 'spl-token', space: MINT_BYTES, parsed: { type: 'mint', info } };
}
