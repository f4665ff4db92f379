import { type Command, Option } from 'commander';
import { LEVELS, several, usdcFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance run`: one request from its plan to its receipt. */
export function runCommand(root: Command, done: Done): void {
  onInstallation(root, 'run [request]', 'carry out a request: plan, approval, paid steps, result, receipt')
    .option('--input <file>', 'a file the request is about; may be given several times', several, [])
    .option('--max-cost <usdc>', 'most that may be spent', usdcFlag, 5)
    .option('--yes', 'approve any plan within --max-cost without asking')
    .addOption(new Option('--level <level>', 'of the receipt').choices(LEVELS).default('basic'))
    .option('--out <dir>', 'folder for what comes out (default: ./quittance-out/<workflow>)')
    .option('--plan <file>', 'a plan of your own as JSON, instead of a request')
    .option(
      '--wallet <file>',
      'key file of the wallet that pays, which signs here; nothing is taken from escrow',
    )
    .option(
      '--delegated',
      'the wallet has approved our delegate on the chain (mandate delegate), which signs',
    )
    .option(
      '--mandate <id>',
      'approves a plan within its limits without asking; you are asked about any other',
    )
    .option('--json', 'the outcome as JSON on stdout, progress on stderr')
    .action(async (words, options) => done(await (await import('../commands/run.js')).run(words, options)));
}
