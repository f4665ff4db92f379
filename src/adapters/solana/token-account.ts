import type { Address } from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';

/** The associated token account of an owner for a mint of the SPL token program. */
export const tokenAccountOf = async (owner: string, mint: string): Promise<Address> => {
  const seeds = { owner: owner as Address, mint: mint as Address, tokenProgram: TOKEN_PROGRAM_ADDRESS };
  return (await findAssociatedTokenPda(seeds))[0];
};
