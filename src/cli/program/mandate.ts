import type { Command } from 'commander';
import { several, usdcFlag, wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance mandate …`: plans a wallet approves in advance. */
export function mandateCommands(root: Command, done: Done): void {
  const mandates = () => import('../commands/mandate.js');
  const mandate = root.command('mandate').description('plans your wallet approves in advance');
  const onMandate = (spec: string, description: string) => onInstallation(mandate, spec, description);

  onMandate('grant', 'approve plans in advance: the message is signed here')
    .requiredOption('--total <usdc>', 'most that all of them may cost', usdcFlag)
    .option('--per-plan <usdc>', 'most that one may cost (default: the total)', usdcFlag)
    .option('--recipient <address>', 'who may be paid; several times (default: anybody)', several, [])
    .option('--days <n>', 'how long it lasts', wholeFlag(1, 365), 30)
    .option('--wallet <file>', 'key file of your wallet (default: the one of the data folder)')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await mandates()).mandateGrant(options)));

  onMandate('list', 'yours, with what is left of each')
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await mandates()).mandateList(options)));

  onMandate('delegate', 'whom your wallet approves on the chain, so that money stays in it until it is paid')
    .option('--limit <usdc>', 'approve it for so much in all, signed here; 0 ends it', usdcFlag)
    .option('--wallet <file>', 'key file of your wallet (default: the one of the data folder)')
    .option('--rpc <url>', 'JSON-RPC of a Solana node (default: the one of the data folder)')
    .option('--json', 'as JSON')
    .action(async (options) =>
      done(await (await import('../commands/delegate.js')).mandateDelegate(options)),
    );

  onMandate('revoke <id>', 'end one at once; runs it has approved go on').action(async (id, options) =>
    done(await (await mandates()).mandateRevoke(id, options)),
  );
}
