import type { Address } from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { LRUCache } from 'lru-cache';
import { growing } from '../../kernel/growing.js';

/** Finding one costs hashes and a look at the curve, and every payment asks for the same few. */
const found = new LRUCache<string, Promise<Address>>(growing(10_000));

/** The associated token account of an owner for a mint of the SPL token program. */
export function tokenAccountOf(owner: string, mint: string): Promise<Address> {
  const key = `${owner}/${mint}`;
  const known = found.get(key);
  if (known) return known;
  const seeds = { owner: owner as Address, mint: mint as Address, tokenProgram: TOKEN_PROGRAM_ADDRESS };
  const account = findAssociatedTokenPda(seeds).then(([address]) => address);
  account.catch(() => found.delete(key));
  found.set(key, account);
  return account;
}
