import { z } from 'zod';
import type { ApiClient } from '../api/client.js';
import { receipt } from '../api/views.js';

const issued = z.looseObject({ receipt });

/** The receipt that is meant: itself, or that of a workflow's newest run. @returns its id */
export async function receiptOf(client: ApiClient, of: string): Promise<string> {
  if (of.startsWith('rcpt_')) return of;
  return (await client.get(`/workflows/${encodeURIComponent(of)}/receipt`, issued)).receipt.id;
}
