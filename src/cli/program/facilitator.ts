import type { Command } from 'commander';
import { wholeFlag } from '../parse.js';
import type { Done } from './on-installation.js';

/** `quittance facilitator`: settles payments of others. */
export function facilitatorCommand(root: Command, done: Done): void {
  root
    .command('facilitator')
    .description('an x402 facilitator for a Solana of your choice, until Ctrl-C')
    .requiredOption('--rpc <url>', 'JSON-RPC of a Solana node')
    .requiredOption('--network <caip2>', 'CAIP-2 id of its network')
    .option('--data <dir>', 'where its key and books are kept', './.facilitator')
    .option('--port <n>', 'port it listens on', wholeFlag(0, 65_535), 4021)
    .option('--host <address>', 'address it listens on', '127.0.0.1')
    .action(async (options) => done(await (await import('../commands/facilitator.js')).facilitator(options)));
}
