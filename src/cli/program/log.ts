import type { Command } from 'commander';
import type { Done } from './on-installation.js';

/** `quittance log …`: the log that every receipt is in. */
export function logCommands(root: Command, done: Done): void {
  const log = root.command('log').description('the transparency log that every receipt is in');
  log
    .command('check')
    .description('whether the log is still what it was when it was looked at last')
    .option('--url <url>', 'address of the Quittance that keeps it (default: the one of the data folder)')
    .option('--log-key <key>', 'its key; taken from itself and remembered when left out')
    .option('--seen <file>', 'where it is remembered (default: log-seen.json in the data folder)')
    .option('--full', 'read every entry as well')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await import('../commands/log.js')).logCheck(options)));
}
