import type { Config } from '../config.js';

const PLACE = '{signature}';

/** Where anybody can look a transaction up, by CAIP-2 id of its network. */
const EXPLORERS: Readonly<Record<string, string>> = {
  'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': `https://explorer.solana.com/tx/${PLACE}`,
  'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1': `https://explorer.solana.com/tx/${PLACE}?cluster=devnet`,
  'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z': `https://explorer.solana.com/tx/${PLACE}?cluster=testnet`,
};

/**
 * What makes a link of a signature: EXPLORER_URL, or the explorer of the network. A chain on this machine has none,
 * whatever network it poses as: nobody else has seen its transactions.
 */
export function explorerOf({
  EXPLORER_URL: given,
  SOLANA_NETWORK: network,
  SOLANA_RPC_URL: rpc,
}: Pick<Config, 'EXPLORER_URL' | 'SOLANA_NETWORK' | 'SOLANA_RPC_URL'>):
  | ((signature: string) => string)
  | undefined {
  const template = given ?? (isHere(rpc) ? undefined : EXPLORERS[network]);
  return template === undefined
    ? undefined
    : (signature) => template.replaceAll(PLACE, encodeURIComponent(signature));
}

const isHere = (url: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(new URL(url).hostname);
