import type { Command } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance parked …`: what read models leave out, for operators. */
export function parkedCommands(root: Command, done: Done): void {
  const parked = root
    .command('parked')
    .description('streams that read models leave out since they could not take an event, for operators');
  const on = (spec: string, description: string) => onInstallation(parked, spec, description);
  const load = () => import('../commands/parked.js');

  on('list', 'from which event on, and why')
    .option('--model <name>', 'of one read model, such as workflows')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await load()).parkedList(options)));

  on('retry <model> <stream>', 'have it taken, and gone on with').action(async (model, stream, options) =>
    done(await (await load()).parkedRetry(model, stream, options)),
  );
}
