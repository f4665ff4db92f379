import { type Config, readConfig } from '../config.js';
import type { Stack } from './supervisor.js';

/** The configuration of an app on an embedded stack: what the environment sets goes before what the stack offers. */
export function configOf(stack: Stack, env: Readonly<Record<string, string | undefined>>): Config {
  const { settings, chain } = stack;
  return readConfig({
    SOLANA_NETWORK: chain.network,
    USDC_MINT: chain.mint,
    ESCROW_SEED: settings.escrowKey.seed,
    RECEIPT_SIGNING_SEED: settings.receiptKey.seed,
    PII_MASTER_KEY: settings.masterKey,
    API_KEY_PEPPER: settings.apiKeyPepper,
    LOG_LEVEL: 'warn',
    LOG_ANCHOR_EVERY_MS: '30000',
    ...env,
    DATABASE_URL: stack.databaseUrl,
    NATS_URL: stack.natsUrl,
    SOLANA_RPC_URL: chain.rpcUrl,
    REGISTRY_URL: stack.registryUrl,
  });
}
