import type { Base64EncodedWireTransaction, Rpc, Signature, SolanaRpcApi } from '@solana/kit';

export type Outcome =
  | { readonly is: 'landed' }
  | { readonly is: 'failed'; readonly error: string }
  /** its blockhash is too old and the chain does not know it: it never will */
  | { readonly is: 'expired' }
  /** nobody could say in time */
  | { readonly is: 'open' };

const PATIENCE_MS = 20_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 500;

/**
 * Sends one signed transaction, again and again, until the chain knows it or can never know it. A reply lost on the
 * way back changes nothing: what counts is the status on the chain, and the same bytes cannot land twice.
 */
export async function broadcast(
  rpc: Rpc<SolanaRpcApi>,
  wire: string,
  signature: string,
  blockhash: string,
): Promise<Outcome> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = FIRST_WAIT_MS; Date.now() < deadline; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const outcome = await attempt(rpc, wire, signature, blockhash).catch(() => undefined);
    if (outcome) return outcome;
    await new Promise((wake) => setTimeout(wake, wait));
  }
  return { is: 'open' };
}

async function attempt(
  rpc: Rpc<SolanaRpcApi>,
  wire: string,
  signature: string,
  blockhash: string,
): Promise<Outcome | undefined> {
  const known = await status(rpc, signature);
  if (known) return known;
  // Asked before sending: if it was too old already then, nothing sent since can have landed.
  const { value: alive } = await rpc
    .isBlockhashValid(blockhash as Parameters<typeof rpc.isBlockhashValid>[0], { commitment: 'confirmed' })
    .send();
  await rpc
    .sendTransaction(wire as Base64EncodedWireTransaction, { encoding: 'base64', skipPreflight: true })
    .send()
    .catch(() => undefined); // the status tells
  return (await status(rpc, signature)) ?? (alive ? undefined : { is: 'expired' });
}

export async function status(rpc: Rpc<SolanaRpcApi>, signature: string): Promise<Outcome | undefined> {
  const { value } = await rpc
    .getSignatureStatuses([signature as Signature], { searchTransactionHistory: true })
    .send();
  const found = value[0];
  if (!found || found.confirmationStatus === 'processed') return undefined;
  if (found.err === null) return { is: 'landed' };
  return { is: 'failed', error: JSON.stringify(found.err, (_, v) => (typeof v === 'bigint' ? `${v}` : v)) };
}
