import type { Command } from 'commander';
import { several, wholeFlag } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** `quittance dead …`: jobs that were given up, for operators. */
export function deadCommands(root: Command, done: Done): void {
  const load = () => import('../commands/dead.js');
  const dead = root.command('dead').description('jobs that were given up, for operators');
  const onDeadJob = (spec: string, description: string) => onInstallation(dead, spec, description);

  onDeadJob('list', 'in the order they were queued')
    .option('--workflow <id>', 'of one workflow')
    .option('--limit <n>', 'how many', wholeFlag(1, 200), 50)
    .option('--json', 'as JSON')
    .action(async (options) => done(await (await load()).deadList(options)));

  onDeadJob('show <id>', 'its ids, and why it died')
    .option('--json', 'as JSON')
    .action(async (id, options) => done(await (await load()).deadShow(id, options)));

  onDeadJob('edit <id>', 'replace ids it carries')
    .requiredOption('--set <name=value>', 'may be given several times', several, [])
    .action(async (id, options) => done(await (await load()).deadEdit(id, options)));

  onDeadJob('rerun <id>', 'give it back to the workers').action(async (id, options) =>
    done(await (await load()).deadRerun(id, options)),
  );

  onDeadJob('drop <id>', 'give it up for good').action(async (id, options) =>
    done(await (await load()).deadDrop(id, options)),
  );
}
