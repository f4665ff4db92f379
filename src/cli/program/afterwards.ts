import type { Command } from 'commander';
import { several, usdcFlag, wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** A run that is over: again, or in part, and what it was worth. */
export function afterwardsCommands(root: Command, done: Done): void {
  const again = () => import('../commands/again.js');
  onInstallation(
    root,
    'retry <workflow>',
    'run a workflow again that failed or expired, keeping what completed',
  )
    .option('--restart', 'plan it anew and keep nothing')
    .action(async (id, options) => done(await (await again()).retry(id, options)));

  onInstallation(root, 'refund <payment>', 'ask for a payment back that was not answered').action(
    async (id, options) => done(await (await import('../commands/refund.js')).refund(id, options)),
  );

  onInstallation(root, 'rate <workflow>', 'say what the result was worth')
    .argument('<stars>', 'from 1 to 5', wholeFlag(1, 5))
    .option('--comment <text>')
    .action(async (id, stars, options) => done(await (await again()).rate(id, stars, options)));

  onInstallation(
    root,
    'fork <workflow>',
    'a new workflow from a step of one that is over, keeping what was paid',
  )
    .requiredOption('--from <step>', 'the first step that runs again, such as step_3')
    .option('--set <step.name=value>', 'another parameter of a step; several times', several, [])
    .option('--expression <step=jsonata>', 'another input of a step; several times', several, [])
    .option('--service <step=service>', 'another service for a step; several times', several, [])
    .option('--request <text>', 'the request in other words, for the steps that run again')
    .option('--max-cost <usdc>', 'most that the rest may cost', usdcFlag)
    .option('--yes', 'approve what is left within --max-cost without asking')
    .option('--out <dir>', 'folder for what comes out (default: ./quittance-out/<workflow>)')
    .option('--json', 'the outcome as JSON on stdout, progress on stderr')
    .action(async (id, options) => done(await (await import('../commands/fork.js')).fork(id, options)));
}
