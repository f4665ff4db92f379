import { Refusal } from '../kernel/errors.js';

/** Addresses given from outside: the part is used, not started. */
export interface GivenAddresses {
  readonly databaseUrl?: string;
  readonly natsUrl?: string;
  readonly chain?: ChainAddresses;
  readonly services?: ServicesAddresses;
}

/** What the chain's process says when it is ready. */
export interface ChainAddresses {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly facilitatorUrl: string;
  /** CAIP-2 */
  readonly network: string;
  /** address of the USDC mint */
  readonly mint: string;
}

/** What the services' process says when it is ready. */
export interface ServicesAddresses {
  /** base of the Bazaar's discovery endpoint */
  readonly registryUrl: string;
}

const CHAIN_VARIABLES = ['SOLANA_RPC_URL', 'FACILITATOR_URL', 'SOLANA_NETWORK', 'USDC_MINT'] as const;

/** @throws Refusal CHAIN_INCOMPLETE {missing}: a chain of one place and money of another would never meet */
export function givenAddresses(env: NodeJS.ProcessEnv): GivenAddresses {
  const { DATABASE_URL, NATS_URL, REGISTRY_URL } = env;
  const chain = givenChain(env);
  return {
    ...(DATABASE_URL && { databaseUrl: DATABASE_URL }),
    ...(NATS_URL && { natsUrl: NATS_URL }),
    ...(chain && { chain }),
    ...(REGISTRY_URL && { services: { registryUrl: REGISTRY_URL } }),
  };
}

function givenChain(env: NodeJS.ProcessEnv): ChainAddresses | undefined {
  const { SOLANA_RPC_URL, SOLANA_WS_URL, FACILITATOR_URL, SOLANA_NETWORK, USDC_MINT } = env;
  const missing = CHAIN_VARIABLES.filter((name) => !env[name]);
  if (!SOLANA_RPC_URL && !FACILITATOR_URL) return undefined;
  if (!SOLANA_RPC_URL || !FACILITATOR_URL || !SOLANA_NETWORK || !USDC_MINT) {
    throw new Refusal(
      'CHAIN_INCOMPLETE',
      `To use a chain that runs elsewhere, set ${missing.join(' and ')} too.`,
      { missing },
    );
  }
  return {
    rpcUrl: SOLANA_RPC_URL,
    wsUrl: SOLANA_WS_URL ?? SOLANA_RPC_URL.replace(/^http/, 'ws'),
    facilitatorUrl: FACILITATOR_URL,
    network: SOLANA_NETWORK,
    mint: USDC_MINT,
  };
}
