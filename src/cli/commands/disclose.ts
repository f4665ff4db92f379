import pc from 'picocolors';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { SHOWABLE } from '../../verifier/index.js';
import { receipt } from '../api/views.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { writeFiles } from '../result-files.js';
import { Screen } from '../show/screen.js';
import { receiptOf } from './receipt-of.js';

const disclosed = z.looseObject({ disclosure: z.looseObject({ document: z.looseObject({}) }) });
const issued = z.looseObject({ receipt });

export interface DiscloseOptions extends ConnectOptions {
  readonly step: string;
  readonly show: readonly string[];
  readonly context?: string;
  readonly openings?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/** Writes a document that shows one step of a run and nothing of the others. */
export async function disclose(of: string, options: DiscloseOptions): Promise<number> {
  const unknown = options.show.find((what) => !SHOWABLE.some((known) => known === what));
  if (unknown !== undefined)
    throw new Refusal('SHOW_INVALID', `${unknown} cannot be shown of a step; ${SHOWABLE.join(', ')} can.`);
  const { client } = requireInstallation(options);
  const id = await receiptOf(client, of);
  const { step: stepId, context, openings = false, show } = options;
  const body = {
    stepId,
    openings,
    ...(show.length > 0 && { show }),
    ...(context !== undefined && { context }),
  };
  const { disclosure } = await client.post(`/receipts/${encodeURIComponent(id)}/disclose`, body, disclosed);
  const text = `${JSON.stringify(disclosure.document, null, 2)}\n`;
  if (options.json) {
    process.stdout.write(text);
    return 0;
  }
  const [file] = writeFiles(options.out, [{ name: `disclosure-${stepId}.json`, text }]);
  new Screen().say(
    ` ${pc.green('→')} ${file}`,
    ` It shows ${stepId} of ${id} and no other step. Anybody checks it: quittance verify ${file}`,
  );
  return 0;
}

/** Asks for a proof that was not asked for when the run was created. */
export async function upgradeReceipt(of: string, options: ConnectOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const id = await receiptOf(client, of);
  const path = `/receipts/${encodeURIComponent(id)}/upgrade`;
  const { receipt: asked } = await client.post(
    path,
    { level: 'zero-knowledge' },
    z.looseObject({ receipt: z.looseObject({ zkStatus: z.string() }) }),
  );
  const { receipt: seen } = await client.get(`/receipts/${encodeURIComponent(id)}`, issued);
  const done = ['proven', 'verified'].includes(seen.zkStatus);
  new Screen().say(
    done
      ? `${pc.green('✓')} ${id} is proven.`
      : `${pc.green('✓')} The proof of ${id} is asked for (${asked.zkStatus}). Fetch the receipt when it is made.`,
  );
  return 0;
}
