import './adapters/system/escaped-keys.js';
import { startApp } from './composition/app.js';
import { readConfig } from './config.js';
import { isRefusal } from './kernel/errors.js';

/**
 * One process of a production set-up, everything it needs named by the environment. `npm start` and the command
 * line bring their own servers instead (src/embedded).
 */
async function main(): Promise<void> {
  const app = await startApp(readConfig(process.env));
  process.stdout.write(`${app.config.ROLE} is ready${app.url ? ` on ${app.url}` : ''}\n`);
  // whoever started us over a channel is told, and is not outlived
  process.send?.({ ready: { url: app.url ?? '' } });
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
    process.once(signal, () => {
      app.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
}

main().catch((error: unknown) => {
  process.stderr.write(isRefusal(error) ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exit(1);
});
