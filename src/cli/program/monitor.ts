import type { Command } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance monitor …`: what runs and what waits, for operators. */
export function monitorCommands(root: Command, done: Done): void {
  const monitor = onInstallation(
    root,
    'monitor',
    'components, queues and breakers on one screen, for operators',
  )
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await import('../commands/monitor.js')).monitor(options)));
  onInstallation(monitor, 'waiting', 'what each user and each service waits for, and why')
    .option('--json', 'as JSON')
    .action(async (_own, waiting: Command) => {
      const options = waiting.optsWithGlobals();
      done(await (await import('../commands/monitor-waiting.js')).monitorWaiting(options));
    });
}
