import { type Command, Option } from 'commander';
import { wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance payouts …`: what is owed to recipients, for operators. */
export function payoutCommands(root: Command, done: Done): void {
  const payouts = root.command('payouts').description('pay out what is owed to recipients, for operators');
  const on = (spec: string, description: string) => onInstallation(payouts, spec, description);
  const load = () => import('../commands/payouts.js');

  on('list', 'settlements, newest first')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 20)
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await load()).payoutList(options)));

  on('show <settlement>', 'who was paid, by which transaction, and who was not')
    .option('--json', 'as JSON')
    .action(async (id, options) => done(await (await load()).payoutShow(id, options)));

  on('pay <file>', 'pay recipients of a JSON file: [{"recipient", "amount", "reference"}], amounts in USDC')
    .addOption(
      new Option('--from <account>', 'whose money it is')
        .choices(['escrow', 'platform', 'reserve'])
        .default('escrow'),
    )
    .option('--json', 'as JSON')
    .action(async (file, options) => done(await (await load()).payoutPay(file, options)));

  on('retry <settlement>', 'try one again that failed')
    .argument('<item>', 'its number in the settlement', wholeFlag(0, 1_000))
    .option('--to <wallet>', 'another wallet of the same recipient')
    .action(async (id, item, options) => done(await (await load()).payoutRetry(id, item, options)));

  on('earnings', 'what platform and reserve have earned, and what was paid of it')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await load()).payoutEarnings(options)));
}
