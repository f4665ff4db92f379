import { type Command, Option } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

const PRIORITIES = ['high', 'normal', 'low'];

/** `quittance batch …`: many runs at once. */
export function batchCommands(root: Command, done: Done): void {
  const load = () => import('../commands/batch.js');
  onInstallation(
    root,
    'batch <file>',
    'a run for each line of a file: an item as JSON, or a request in words',
  )
    .option('--template <file>', 'what all share, as JSON: a request with {places}, or a plan')
    .addOption(new Option('--priority <p>', 'of their work').choices(PRIORITIES).default('low'))
    .option('--detach', 'do not wait for them')
    .option('--json', 'how it ended as JSON on stdout')
    .action(async (file, options) => done(await (await load()).batch(file, options)));

  onInstallation(root, 'batch-status <batch>', 'how far a batch is, and what failed')
    .option('--json', 'as JSON')
    .action(async (id, options) => done(await (await load()).batchStatus(id, options)));

  onInstallation(
    root,
    'batch-cancel <batch>',
    'make no more of its runs, and cancel those that are open',
  ).action(async (id, options) => done(await (await load()).batchCancel(id, options)));
}
