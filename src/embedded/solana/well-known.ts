import { type Address, address } from '@solana/kit';

/** CAIP-2 id of Solana devnet. x402 knows no other test network, so the embedded chain answers to this one. */
export const DEVNET = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
export const DEVNET_GENESIS_HASH = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';

/** Where Circle's test USDC stands on devnet; the embedded chain plants its own mint there. */
export const DEVNET_USDC = address('4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU');
export const USDC_DECIMALS = 6;

export const TOKEN_PROGRAM = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const SYSTEM_PROGRAM = address('11111111111111111111111111111111');
const MEMO_PROGRAMS: ReadonlySet<Address> = new Set([
  address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
  address('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo'),
]);
export const MEMO_PROGRAM = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
export const isMemoProgram = (program: Address): boolean => MEMO_PROGRAMS.has(program);

export const LAMPORTS_PER_SOL = 1_000_000_000n;

/** Largest serialized transaction a Solana node takes; LiteSVM itself does not check it. */
export const PACKET_BYTES = 1_232;
