import type { Address } from '@solana/kit';
import { getMintEncoder } from '@solana-program/token';
import type { StoredAccount } from './accounts.js';
import { DEVNET_USDC, SYSTEM_PROGRAM, TOKEN_PROGRAM, USDC_DECIMALS } from './well-known.js';

/** Five million SOL: still exact as a JSON number. */
const BANK_LAMPORTS = 5_000_000_000_000_000n;
const MINT_RENT = 1_461_600n;

/** What stands on the chain before its first transaction: a USDC mint where devnet has it, and a rich bank. */
export function genesis(bank: Address): StoredAccount[] {
  const mint = getMintEncoder().encode({
    mintAuthority: bank,
    supply: 0n,
    decimals: USDC_DECIMALS,
    isInitialized: true,
    freezeAuthority: null,
  });
  return [
    { address: bank, lamports: BANK_LAMPORTS.toString(), owner: SYSTEM_PROGRAM, executable: false, data: '' },
    {
      address: DEVNET_USDC,
      lamports: MINT_RENT.toString(),
      owner: TOKEN_PROGRAM,
      executable: false,
      data: Buffer.from(mint).toString('base64'),
    },
  ];
}
