import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../config.js';
import { explorerOf } from './explorer.js';

const devnet = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const remote = 'https://rpc.example.org';
const of = (rpc: string, network: string, given?: string) =>
  explorerOf({ SOLANA_RPC_URL: rpc, SOLANA_NETWORK: network, EXPLORER_URL: given })?.('SIG');

describe('the link of a transaction', () => {
  it('leads to the explorer of its network', () => {
    expect(of(remote, devnet)).toBe('https://explorer.solana.com/tx/SIG?cluster=devnet');
    expect(of(remote, 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp')).toBe('https://explorer.solana.com/tx/SIG');
  });

  it.each(['http://127.0.0.1:8899', 'http://localhost:1', 'http://[::1]:8899'])(
    'is not invented for a chain at %s, whatever network it poses as',
    (rpc) => expect(of(rpc, devnet)).toBeUndefined(),
  );

  it('is not invented for a network nobody knows', () => expect(of(remote, 'solana:x')).toBeUndefined());

  it('is what the operator says, also for a chain on this machine', () =>
    expect(of('http://127.0.0.1:1', devnet, 'http://127.0.0.1:2/tx/{signature}?a={signature}')).toBe(
      'http://127.0.0.1:2/tx/SIG?a=SIG',
    ));

  it.each(['https://x.example', 'javascript:alert("{signature}")', '{signature}'])(
    'of the form %s is refused',
    (given) => expect(configSchema.shape.EXPLORER_URL.safeParse(given).success).toBe(false),
  );
});
