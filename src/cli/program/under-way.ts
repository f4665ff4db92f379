import type { Command } from 'commander';
import { several } from '../parse.js';
import { type Done, onInstallation } from './on-installation.js';

/** What a run that is under way is told. */
export function underWayCommands(root: Command, done: Done): void {
  const decide = () => import('../commands/decide.js');
  onInstallation(root, 'confirm <workflow> <step>', 'let a step go on that waits for your word').action(
    async (id, step, options) => done(await (await decide()).answerStep(id, step, 'confirm', options)),
  );

  onInstallation(root, 'decline <workflow> <step>', 'stop a step that waits for your word').action(
    async (id, step, options) => done(await (await decide()).answerStep(id, step, 'decline', options)),
  );

  onInstallation(root, 'signal <workflow> <name>', 'tell a run what one of its steps waits for')
    .option('--payload <json>', 'what the step gives: JSON, or @file with JSON in it')
    .option('--id <id>', 'of your own: the same id again is the same signal')
    .action(async (id, name, options) =>
      done(await (await import('../commands/signal.js')).signal(id, name, options)),
    );

  onInstallation(
    root,
    'pause <workflow>',
    'let nothing new start; what is in flight finishes, the deadline waits',
  ).action(async (id, options) => done(await (await decide()).pause(id, options)));

  onInstallation(
    root,
    'resume <workflow>',
    'let a paused workflow go on; steps that used up their attempts get new ones',
  )
    .option('--skip <step>', 'go on without it; may be given several times', several, [])
    .action(async (id, options) => done(await (await decide()).resume(id, options)));
}
