import type { Command } from 'commander';
import { wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** What changes nothing: workflows, services and balances as they are. */
export function lookCommands(root: Command, done: Done): void {
  const look = () => import('../commands/look.js');
  const audit = () => import('../commands/audit.js');
  onInstallation(root, 'audit <workflow>', 'what happened, event by event')
    .option('--json', 'as JSON')
    .action(async (id, options) => done(await (await audit()).audit(id, options)));

  onInstallation(root, 'state <workflow>', 'the state of a workflow after a revision, as JSON')
    .option('--at <revision>', 'the newest when left out', wholeFlag(0, 1_000_000_000))
    .action(async (id, options) => done(await (await audit()).state(id, options)));

  onInstallation(root, 'status <workflow>', 'a workflow with its plan and payments')
    .option('--json', 'as JSON')
    .action(async (id, options) => done(await (await look()).status(id, options)));

  onInstallation(root, 'list', 'your workflows, newest first')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 20)
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await look()).list(options)));

  onInstallation(root, 'services', 'the paid services plans can use')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await look()).services(options)));

  onInstallation(root, 'balance', 'what is available and what is held in your escrow')
    .option('--user <id>', 'yours when left out')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await look()).balance(options)));
}
