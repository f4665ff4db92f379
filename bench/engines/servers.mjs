/**
 * What an installation stands on (Postgres, NATS, chain), apart from the program under test, so that the program
 * can be killed alone and its CPU counted apart. Prints one line: addresses as environment, and pids.
 */
import { startStack } from '../../dist/embedded/supervisor.js';

const [dataDir, registryUrl] = process.argv.slice(2);
// told to end while it starts, it ends what has been started
const ending = new AbortController();
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => ending.abort());
const stack = await startStack({ dataDir, env: { REGISTRY_URL: registryUrl }, signal: ending.signal });
const { databaseUrl, natsUrl, chain, parts } = stack;
const env = {
  DATABASE_URL: databaseUrl,
  NATS_URL: natsUrl,
  SOLANA_RPC_URL: chain.rpcUrl,
  SOLANA_WS_URL: chain.wsUrl,
  FACILITATOR_URL: chain.facilitatorUrl,
  SOLANA_NETWORK: chain.network,
  USDC_MINT: chain.mint,
  REGISTRY_URL: registryUrl,
};
const pids = Object.fromEntries(parts.flatMap(({ part, pid }) => (pid === undefined ? [] : [[part, pid]])));
process.stdout.write(`${JSON.stringify({ env, pids })}\n`);
const end = () => stack.stop().then(() => process.exit(0));
if (ending.signal.aborted) await end();
ending.signal.addEventListener('abort', end);
