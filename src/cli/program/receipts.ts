import type { Command } from 'commander';
import { several } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance disclose` and `receipt …`: more or less of what a receipt shows. */
export function receiptCommands(root: Command, done: Done): void {
  const disclosure = () => import('../commands/disclose.js');
  onInstallation(
    root,
    'disclose <receipt>',
    'show one step of a run (receipt or workflow id), and nothing of the others',
  )
    .requiredOption('--step <id>', 'the step')
    .option(
      '--show <what>',
      'input, output, cost or executor; may be given several times (default: all)',
      several,
      [],
    )
    .option('--context <decimal>', 'chosen by whoever will verify it, so that it convinces nobody else')
    .option('--openings', 'add the salts: contents, and guesses of them, can then be confirmed')
    .option('--out <dir>', 'folder for the document', '.')
    .option('--json', 'the document on stdout')
    .action(async (id, options) => done(await (await disclosure()).disclose(id, options)));

  const receipts = root.command('receipt').description('receipts of runs that are over');
  onInstallation(
    receipts,
    'upgrade <receipt>',
    'have it proven in zero knowledge (receipt or workflow id)',
  ).action(async (id, options) => done(await (await disclosure()).upgradeReceipt(id, options)));

  receipts
    .command('jws <file>')
    .description('its signature as one JWS with the statement in it, for any tool that verifies JWS')
    .action(async (file) => done((await import('../commands/receipt-jws.js')).receiptJws(file)));
}
