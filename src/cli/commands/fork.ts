import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { workflow } from '../api/views.js';
import { requireInstallation } from '../connect.js';
import { defaultFolder, heldAll, saveRun, sayRun } from '../finish-run.js';
import { onInterrupt } from '../interrupt.js';
import { runCreated } from '../run-request.js';
import { plural, usdc } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import type { RunOptions } from './run.js';

export interface ForkOptions
  extends Pick<RunOptions, 'url' | 'key' | 'data' | 'maxCost' | 'yes' | 'out' | 'json'> {
  readonly from: string;
  readonly set: readonly string[];
  readonly expression: readonly string[];
  readonly service: readonly string[];
  readonly request?: string;
}

const detailed = z.looseObject({ workflow });
const LEVELS = ['basic', 'full', 'zero-knowledge'] as const;

/** Goes on from a step of a workflow that is over. @returns 0 only if all that was asked for came */
export async function fork(workflowId: string, options: ForkOptions): Promise<number> {
  const body = forkBody(options);
  const screen = new Screen(options.json ? process.stderr : process.stdout);
  if (!options.yes && !screen.asks)
    throw new Refusal(
      'NOBODY_TO_ASK',
      'Nobody can be asked here. Add --yes to approve what is left within --max-cost.',
    );
  const { client } = requireInstallation(options);
  const source = `/workflows/${encodeURIComponent(workflowId)}`;
  const { verificationLevel } = (await client.get(source, detailed)).workflow;
  const level = LEVELS.find((one) => one === verificationLevel) ?? 'basic';
  let id: string | undefined;
  const release = onInterrupt(screen, () => id, client);
  try {
    const finished = await runCreated(
      client,
      { path: `${source}/fork`, body, level },
      {
        screen,
        onCreated: (created, { requiredMicro }) => {
          id = created;
          const rest =
            typeof requiredMicro === 'string' ? `; what is left costs at most ${usdc(requiredMicro)}` : '';
          screen.say(`${pc.green('✓')} ${created} goes on from ${options.from} of ${workflowId}${rest}.`);
        },
        approve: async () =>
          options.yes === true ||
          /^y(es)?$/i.test((await screen.ask(`${pc.bold('Approve and pay?')} (y/N) `))?.trim() ?? ''),
      },
    );
    const saved = await saveRun(client, finished, options.out ?? defaultFolder(finished.workflow.id));
    sayRun(screen, finished, saved);
    const { keptSteps = [], payments, spentMicro } = finished.workflow;
    screen.say(
      ` Kept ${plural(keptSteps.length, 'step')} without paying again${keptSteps.length > 0 ? ` (${keptSteps.join(', ')})` : ''}; ` +
        `${plural(payments.length, 'new payment')}, ${usdc(spentMicro ?? '0')}.`,
    );
    if (options.json)
      process.stdout.write(`${JSON.stringify({ ...finished, files: saved.files }, null, 2)}\n`);
    return heldAll(finished) ? 0 : 1;
  } finally {
    release();
  }
}

/** @throws Refusal SET_INVALID */
export function forkBody(options: ForkOptions): Record<string, unknown> {
  const { from: fromStep, request, maxCost } = options;
  const parameters: Record<string, string | Record<string, unknown>> = {};
  for (const pair of options.expression) {
    const [step, expression] = split(
      pair,
      /^(\w+)=(.+)$/s,
      'an expression',
      'step_2={"text": steps.step_1.text}',
    );
    parameters[step] = expression;
  }
  for (const pair of options.set) {
    const [step, rest] = split(pair, /^(\w+)\.(.+)$/s, 'a parameter', 'step_2.title=Sales');
    const [name, value] = split(rest, /^([^=]+)=(.*)$/s, 'a parameter', 'step_2.title=Sales');
    const members = parameters[step];
    if (typeof members === 'string')
      throw new Refusal('SET_INVALID', `${step} is given an expression and a parameter; give one of them.`);
    parameters[step] = { ...members, [name]: literal(value) };
  }
  const service = Object.fromEntries(
    options.service.map((pair) => split(pair, /^(\w+)=(.+)$/, 'a service', 'step_2=chart-studio')),
  );
  return {
    fromStep,
    parameters,
    service,
    autoApprove: false,
    ...(request !== undefined && { request }),
    ...(maxCost !== undefined && { maxCost }),
  };
}

function split(text: string, form: RegExp, what: string, example: string): readonly [string, string] {
  const [, first, second] = form.exec(text) ?? [];
  if (first === undefined || second === undefined)
    throw new Refusal('SET_INVALID', `${text} is not ${what}, such as ${example}.`);
  return [first, second];
}

/** What reads as JSON is that; anything else is text. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
