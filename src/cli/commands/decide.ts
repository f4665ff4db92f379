import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { workflow } from '../api/views.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { usdc } from '../show/figures.js';
import { planLines } from '../show/plan-table.js';
import { Screen } from '../show/screen.js';

const detailed = z.looseObject({ workflow });
const approved = z.looseObject({ budgetMicro: z.string() });
const said = z.looseObject({ message: z.string() });

/** Approves the plan that was shown and no other. */
export async function approve(
  workflowId: string,
  options: ConnectOptions & { readonly yes?: boolean },
): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/workflows/${encodeURIComponent(workflowId)}`;
  const found = (await client.get(path, detailed)).workflow;
  if (!found.plan)
    throw new Refusal('WRONG_STATE', `There is no plan to approve: the workflow is ${found.status}.`);
  const screen = new Screen();
  if (!options.yes) {
    if (!screen.asks)
      throw new Refusal('NOBODY_TO_ASK', 'Nobody can be asked here. Add --yes to approve the plan as it is.');
    screen.say(...planLines(found.plan, found, process.stdout.columns ?? 120), '');
    const answer = await screen.ask(`${pc.bold('Approve and pay?')} (y/N) `);
    if (!/^y(es)?$/i.test(answer?.trim() ?? '')) return 1;
  }
  const { budgetMicro } = await client.post(`${path}/approve`, { planHash: found.plan.planHash }, approved);
  screen.say(`${pc.green('✓')} Approved; ${usdc(budgetMicro)} are reserved.`);
  return 0;
}

export async function cancel(
  workflowId: string,
  options: ConnectOptions & { readonly reason?: string },
): Promise<number> {
  const { client } = requireInstallation(options);
  const { reason } = options;
  const path = `/workflows/${encodeURIComponent(workflowId)}/cancel`;
  const { message } = await client.post(path, reason === undefined ? {} : { reason }, said);
  new Screen().say(`${pc.green('✓')} ${message}.`);
  return 0;
}

export async function pause(workflowId: string, options: ConnectOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const { message } = await client.post(`/workflows/${encodeURIComponent(workflowId)}/pause`, {}, said);
  new Screen().say(`${pc.green('✓')} ${message}; what is in flight finishes.`);
  return 0;
}

export async function resume(
  workflowId: string,
  options: ConnectOptions & { readonly skip: readonly string[] },
): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/workflows/${encodeURIComponent(workflowId)}/resume`;
  const { message } = await client.post(path, { skip: options.skip }, said);
  new Screen().say(`${pc.green('✓')} ${message}.`);
  return 0;
}

/** Says yes or no to a step that waits for it. */
export async function answerStep(
  workflowId: string,
  stepId: string,
  decision: 'confirm' | 'decline',
  options: ConnectOptions,
): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/workflows/${encodeURIComponent(workflowId)}/steps/${encodeURIComponent(stepId)}/confirm`;
  const { message } = await client.post(path, { decision }, said);
  new Screen().say(`${pc.green('✓')} ${message}.`);
  return 0;
}
