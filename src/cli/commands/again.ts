import pc from 'picocolors';
import { z } from 'zod';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { Screen } from '../show/screen.js';

const retried = z.looseObject({
  workflow: z.looseObject({ status: z.string(), runNo: z.number(), mode: z.enum(['resume', 'restart']) }),
});
const thanked = z.looseObject({ message: z.string() });

/** Runs a workflow that failed or expired again. */
export async function retry(
  workflowId: string,
  options: ConnectOptions & { readonly restart?: boolean },
): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/workflows/${encodeURIComponent(workflowId)}/retry`;
  const { workflow } = await client.post(path, { mode: options.restart ? 'restart' : 'resume' }, retried);
  const [what, next] =
    workflow.mode === 'resume'
      ? ['keeps what completed', `; approve the rest with \`quittance approve ${workflowId}\``]
      : ['is planned anew', ''];
  new Screen().say(
    `${pc.green('✓')} Run ${workflow.runNo} ${what}${workflow.status === 'awaiting_approval' ? next : ''}.`,
  );
  return 0;
}

/** Says what the result was worth. */
export async function rate(
  workflowId: string,
  stars: number,
  options: ConnectOptions & { readonly comment?: string },
): Promise<number> {
  const { client } = requireInstallation(options);
  const { comment } = options;
  const path = `/workflows/${encodeURIComponent(workflowId)}/rating`;
  const { message } = await client.post(path, { stars, ...(comment !== undefined && { comment }) }, thanked);
  new Screen().say(`${pc.green('✓')} ${message}.`);
  return 0;
}
