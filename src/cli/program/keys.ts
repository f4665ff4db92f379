import type { Command } from 'commander';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance keys …` and `revoke`: what an issuer signs with, and what it takes back. */
export function keyCommands(root: Command, done: Done): void {
  const load = () => import('../commands/keys.js');
  const keys = root.command('keys').description('the keys receipts are signed with, for operators');
  onInstallation(keys, 'list', 'which key signs, which ones did')
    .option('--json', 'as published: what `verify --keys` takes')
    .action(async (options) => done(await (await load()).keysList(options)));
  onInstallation(keys, 'rotate', 'sign with a new key from now on; what was signed stays valid').action(
    async (options) => done(await (await load()).keysRotate(options)),
  );
  onInstallation(keys, 'revoke <keyId>', 'believe nothing a former key signed from a time on')
    .requiredOption('--reason <text>', 'published with it')
    .option('--from <time>', 'ISO 8601 with milliseconds; now when left out')
    .action(async (keyId, options) => done(await (await load()).keysRevoke(keyId, options)));

  onInstallation(root, 'revoke <receipt>', 'take back a receipt, for good; for operators')
    .requiredOption('--reason <text>', 'published with it')
    .action(async (id, options) => done(await (await load()).revokeReceipt(id, options)));
}
