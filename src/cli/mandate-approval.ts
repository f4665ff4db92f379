import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from './api/client.js';

const seen = z.looseObject({
  workflow: z.looseObject({
    status: z.string(),
    approval: z
      .looseObject({ declined: z.looseObject({ code: z.string(), message: z.string() }).optional() })
      .nullable(),
  }),
});

/** What a mandate said of a plan. */
export type MandateAnswer =
  | { readonly is: 'approved' }
  | { readonly is: 'declined'; readonly code: string; readonly message: string };

const LOOK = 200;
const PATIENCE = 30_000;

/** Waits until a workflow that was created with a mandate is approved under it, or its owner is asked. */
export async function mandateAnswer(
  client: Pick<ApiClient, 'get'>,
  workflowId: string,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<MandateAnswer> {
  for (let waited = 0; ; waited += LOOK) {
    const { status, approval } = (await client.get(`/workflows/${workflowId}`, seen)).workflow;
    if (status !== 'awaiting_approval' && status !== 'planning') return { is: 'approved' };
    if (approval?.declined) return { is: 'declined', ...pick(approval.declined) };
    if (waited >= PATIENCE)
      return {
        is: 'declined',
        code: 'MANDATE_SILENT',
        message: `Nothing was decided under the mandate in ${PATIENCE / 1_000} seconds.`,
      };
    await wait(LOOK);
  }
}

const pick = ({ code, message }: { readonly code: string; readonly message: string }) => ({ code, message });
