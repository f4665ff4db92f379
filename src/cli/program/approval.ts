import type { Command } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

/** Whether a workflow is carried out at all. */
export function approvalCommands(root: Command, done: Done): void {
  const load = () => import('../commands/decide.js');
  onInstallation(root, 'approve <workflow>', 'approve the plan of a workflow that waits for it')
    .option('--yes', 'without showing it first')
    .action(async (id, options) => done(await (await load()).approve(id, options)));

  onInstallation(root, 'cancel <workflow>', 'cancel a workflow; steps in flight still finish')
    .option('--reason <text>')
    .action(async (id, options) => done(await (await load()).cancel(id, options)));
}
