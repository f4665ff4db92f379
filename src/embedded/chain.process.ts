import { isRefusal } from '../kernel/errors.js';
import { startChain } from './chain.js';

/**
 * The embedded chain as a process of its own: settings from the environment, `{ready}` or `{failed}` to the parent,
 * a clean end on SIGTERM, SIGINT or when the parent is gone, also in the middle of the start.
 */
const { CHAIN_DATA_DIR, CHAIN_RPC_PORT, CHAIN_FACILITATOR_PORT, CHAIN_SLOT_MS } = process.env;

const told = new Promise<void>((resolve) => {
  for (const sign of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(sign, () => resolve());
});

async function run(): Promise<void> {
  if (!CHAIN_DATA_DIR) throw new Error('CHAIN_DATA_DIR is not set');
  const chain = await startChain({
    dataDir: CHAIN_DATA_DIR,
    port: Number(CHAIN_RPC_PORT ?? 0),
    facilitatorPort: Number(CHAIN_FACILITATOR_PORT ?? 0),
    ...(CHAIN_SLOT_MS ? { slotMs: Number(CHAIN_SLOT_MS) } : {}),
  });
  const { rpcUrl, wsUrl, facilitatorUrl, network, mint } = chain;
  if (process.connected) process.send?.({ ready: { rpcUrl, wsUrl, facilitatorUrl, network, mint } });
  await told;
  await chain.close();
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`embedded chain: ${message}\n`);
    const failed = { code: isRefusal(error) ? error.code : 'CHAIN_NOT_STARTED', message };
    if (process.connected && process.send) process.send({ failed }, () => process.exit(1));
    else process.exit(1);
  },
);
