import { type Command, Option } from 'commander';
import { usdcFlag, wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance escrow …`: what moved in a prepaid account, and money out of it. */
export function escrowCommands(root: Command, done: Done): void {
  const account = () => import('../commands/escrow.js');
  const escrow = root.command('escrow').description('your prepaid account');
  onInstallation(escrow, 'history', 'what moved in it, newest first, and what was left')
    .option('--user <id>', 'yours when left out')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 20)
    .option('--cursor <text>', 'where the last page ended')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await account()).history(options)));
  onInstallation(escrow, 'statement', 'a month of it: opening, entries, totals, closing')
    .option('--month <yyyy-mm>', 'in UTC (default: the present one)')
    .option('--user <id>', 'yours when left out')
    .addOption(new Option('--csv', 'for a spreadsheet').conflicts('json'))
    .option('--json', 'as JSON')
    .option('--out <file>', 'write it there instead of the screen')
    .action(async (options) => done(await (await account()).statement(options)));
  onInstallation(escrow, 'withdraw', 'take money out, to a wallet that is linked to you')
    .argument('<amount>', 'in USDC', usdcFlag)
    .requiredOption('--to <wallet>', 'address of the wallet')
    .option('--user <id>', 'yours when left out')
    .option('--json', 'how it ended as JSON on stdout')
    .action(async (amount, options) =>
      done(await (await import('../commands/withdraw.js')).withdraw(amount, options)),
    );
}
