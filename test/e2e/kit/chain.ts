import { memoBindsPayment } from '../../../src/adapters/x402/memo.js';
import type { Addresses } from '../../kit/installation.js';
import type { Client, WorkflowDoc } from './client.js';

interface Signed {
  readonly signature: string;
  readonly err: unknown;
  readonly memo: string | null;
}

export async function rpc<T>(
  { chain }: Pick<Addresses, 'chain'>,
  method: string,
  params: unknown[],
): Promise<T> {
  const answer = await fetch(chain.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = (await answer.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(error.message);
  return result;
}

/** Every transfer out of escrow that landed for one payment, as the chain itself tells. */
export async function landed(
  installed: Addresses,
  client: Client,
  paymentId: string,
): Promise<readonly string[]> {
  const { body } = await client.get<{ tokenAccount: string }>('/escrow/address');
  const all = await rpc<Signed[]>(installed, 'getSignaturesForAddress', [
    body.tokenAccount,
    { limit: 1000, commitment: 'confirmed' },
  ]);
  return all
    .filter(
      ({ err, memo }) => err === null && memoBindsPayment(/qt1\.\S+/.exec(memo ?? '')?.[0] ?? '', paymentId),
    )
    .map(({ signature }) => signature);
}

/** Transactions that ever touched the escrow account. */
export async function moved(installed: Addresses, client: Client): Promise<number> {
  const { body } = await client.get<{ tokenAccount: string }>('/escrow/address');
  return (
    await rpc<Signed[]>(installed, 'getSignaturesForAddress', [
      body.tokenAccount,
      { limit: 1000, commitment: 'confirmed' },
    ])
  ).length;
}

/** For each paid step of a plan, how many payments the chain has. */
export async function paymentsOf(
  installed: Addresses,
  client: Client,
  workflow: WorkflowDoc,
): Promise<Record<string, number>> {
  const { payments } = (await client.workflow(workflow.id))!;
  const counts = await Promise.all(
    payments.map(async ({ stepId, id }) => [stepId, (await landed(installed, client, id)).length] as const),
  );
  return Object.fromEntries(counts);
}

/** One for each step of the plan that calls a service. */
export const onceEach = ({ plan }: WorkflowDoc): Record<string, number> =>
  Object.fromEntries(plan!.steps.filter(({ service }) => service).map(({ id }) => [id, 1]));
