import { isRefusal } from '../kernel/errors.js';
import { warmUp } from './services/workshop.js';
import { startServices } from './services.js';

/**
 * The demo bazaar as a process of its own: settings from the environment, `{ready}` or `{failed}` to the parent, a
 * clean end on SIGTERM, SIGINT or when the parent is gone, also in the middle of the start.
 */
const told = new Promise<void>((resolve) => {
  for (const sign of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(sign, () => resolve());
});

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

async function run(): Promise<void> {
  const { SERVICES_PORT, SERVICES_RPC_URL, SERVICES_PAY_TO } = process.env;
  const services = await startServices({
    dataDir: setting('SERVICES_DATA_DIR'),
    facilitatorUrl: setting('SERVICES_FACILITATOR_URL'),
    network: setting('SERVICES_NETWORK'),
    asset: setting('SERVICES_MINT'),
    port: Number(SERVICES_PORT ?? 0),
    ...(SERVICES_RPC_URL ? { rpcUrl: SERVICES_RPC_URL } : {}),
    ...(SERVICES_PAY_TO ? { payTo: SERVICES_PAY_TO } : {}),
  });
  const { url, discoveryUrl, payTo } = services;
  if (process.connected) process.send?.({ ready: { registryUrl: url, discoveryUrl, payTo } });
  void warmUp();
  await told;
  await services.close();
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`demo services: ${message}\n`);
    const failed = { code: isRefusal(error) ? error.code : 'SERVICES_NOT_STARTED', message };
    if (process.connected && process.send) process.send({ failed }, () => process.exit(1));
    else process.exit(1);
  },
);
