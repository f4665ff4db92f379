import { type Command, Option } from 'commander';
import { LEVELS, several } from '../parse.js';
import type { Done } from './on-installation.js';

/** `quittance verify`: needs no installation. */
export function verifyCommand(root: Command, done: Done): void {
  root
    .command('verify <receipts...>')
    .description('check receipts, without network; several at once share what proofs cost')
    .option('--key <hex>', 'public key of an issuer you trust; may be given several times', several, [])
    .option('--any-issuer', 'accept whoever signed it: shows that it is whole, not who wrote it')
    .option('--production', 'refuse proofs made with development keys')
    .addOption(new Option('--level <level>', 'hold it to this level').choices([...LEVELS, 'signed']))
    .option('--context <decimal>', 'the context the proof must have been made for')
    .option('--content <step/role=file>', 'a content to compare; may be given several times', several, [])
    .option('--keys <file>', 'keys an installation published: /.well-known/quittance-keys.json')
    .option('--log-key <key>', 'key of the log the receipts must be in: <name>+<hash>+<base64>')
    .option('--revocations <file>', 'what an issuer took back: /.well-known/quittance-revocations.json')
    .option('--receipt <file>', 'the receipt that a disclosed step must belong to')
    .option('--data <dir>', 'data folder whose own keys are trusted when none are given')
    .option('--json', 'the verdict as JSON')
    .action(async (files, options) =>
      done(await (await import('../commands/verify.js')).verify(files, options)),
    );
}
