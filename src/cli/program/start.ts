import type { Command } from 'commander';
import { wholeFlag } from '../parse.js';
import type { Done } from './on-installation.js';

/** Commands that start all of it on this machine. */
export function startCommands(root: Command, done: Done): void {
  root
    .command('start')
    .description('start everything on this machine, until Ctrl-C')
    .option('--data <dir>', 'data folder (default: QUITTANCE_DATA or ./.data)')
    .option('--port <n>', 'port of the API (default: PORT or 5000)', wholeFlag(0, 65_535))
    .action(async (options) => done(await (await import('../commands/start.js')).start(options)));

  root
    .command('demo')
    .description('a fresh installation, one paid run without questions, its receipt verified')
    .option('--out <dir>', 'folder for the report, the chart and the receipt')
    .action(async (options) => done(await (await import('../commands/demo.js')).demo(options)));
}
