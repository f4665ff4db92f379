import type { Command } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance ops …`: what operators do about money. */
export function opsCommands(root: Command, done: Done): void {
  const load = () => import('../commands/ops.js');
  const ops = root.command('ops').description('what operators do about money');
  onInstallation(ops, 'reconcile', 'compare ledger, accounts and chain; 1 when they differ')
    .option('--last', 'show the last comparison instead of making one')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await load()).reconcile(options)));
  onInstallation(ops, 'freeze <user>', 'nothing more is reserved of an account or withdrawn')
    .requiredOption('--reason <text>', 'its owner reads it')
    .action(async (id, options) => done(await (await load()).freeze(id, true, options)));
  onInstallation(ops, 'unfreeze <user>', 'let a frozen account go on')
    .requiredOption('--reason <text>', 'its owner reads it')
    .action(async (id, options) => done(await (await load()).freeze(id, false, options)));
}
