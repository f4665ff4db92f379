import { join } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import type { ApiClient } from './api/client.js';
import {
  type ReceiptView,
  result as resultSchema,
  type StepResult,
  stepResult,
  type Workflow,
} from './api/views.js';
import { chartOf, type ResultFile, resultFiles, writeFiles } from './result-files.js';
import type { FinishedRun } from './run-request.js';
import { bytes, duration, plainText, usdc } from './show/figures.js';
import { costLines, paymentLines } from './show/payment-list.js';
import type { Screen } from './show/screen.js';

const steps = z.looseObject({ stepResults: z.array(stepResult) });

/** ms until the read model of results knows the end its stream told */
const RESULT_WAIT = 10_000;

/** Bytes of a step's output that is looked into for a chart. */
const CHART_BYTES = 4_000_000;

export interface SavedRun {
  readonly folder: string;
  readonly files: readonly string[];
  /** path of receipt.json, when there is a receipt */
  readonly receipt: string | undefined;
}

/** Writes what the run gave: its result, the charts that went into it, and the receipt. */
export async function saveRun(
  client: ApiClient,
  { workflow, receipt }: FinishedRun,
  folder: string,
): Promise<SavedRun> {
  const { result } = await client.get(`/workflows/${workflow.id}/result?wait=${RESULT_WAIT}`, resultSchema);
  const results = result ? resultFiles(result) : [];
  const drawn = result ? await charts(client, workflow) : [];
  // a chart that is the result, or a part of it, is there already
  const further = drawn.filter(({ text }) => !results.some((file) => file.text === text));
  const files = writeFiles(folder, [...results, ...further]);
  const saved = receipt
    ? writeFiles(folder, [{ name: 'receipt.json', text: `${JSON.stringify(receipt.document, null, 2)}\n` }])
    : [];
  return { folder, files: [...files, ...saved], receipt: saved[0] };
}

async function charts(client: ApiClient, { id, plan }: Workflow): Promise<readonly ResultFile[]> {
  const drawing = new Set(
    plan?.steps.filter(({ action }) => /chart|plot|graph/i.test(action)).map((s) => s.id),
  );
  if (drawing.size === 0) return [];
  const { stepResults } = await client.get(`/workflows/${id}/steps`, steps);
  const files: ResultFile[] = [];
  for (const given of stepResults.filter(({ stepId }) => drawing.has(stepId))) {
    const svg = chartOf(await outputOf(client, given));
    if (svg !== undefined) files.push({ name: `chart-${given.stepId}.svg`, text: svg });
  }
  return files.length === 1 ? [{ name: 'chart.svg', text: files[0]!.text }] : files;
}

async function outputOf(client: ApiClient, { output, outputRef }: StepResult): Promise<unknown> {
  if (!outputRef || outputRef.size > CHART_BYTES) return output;
  return JSON.parse(new TextDecoder().decode(await client.bytes(`/artifacts/${outputRef.sha256}`)));
}

/** The end of a run for a person: payments, costs, files, receipt. */
export function sayRun(screen: Screen, run: FinishedRun, saved: SavedRun): void {
  const { workflow } = run;
  screen.say('', pc.bold('Payments'), ...paymentLines(workflow), '');
  screen.say(...costLines(workflow), '');
  if (saved.files.length > 0) screen.say(...saved.files.map((file) => ` ${pc.green('→')} ${file}`));
  screen.say(receiptLine(run), '', endLine(run));
}

/** Whether all that was asked for came: the run completed, and with its proof where one was wanted. */
export const heldAll = ({ workflow, receipt }: FinishedRun): boolean =>
  workflow.status === 'completed' &&
  receipt !== undefined &&
  (workflow.verificationLevel !== 'zero-knowledge' || receipt.zkStatus === 'verified');

function receiptLine({ receipt, times }: FinishedRun): string {
  if (!receipt) return ` ${pc.red('✗')} No receipt was issued yet.`;
  const name = `Receipt ${receipt.id}`;
  switch (receipt.zkStatus) {
    case 'verified':
      return ` ${pc.green('✓')} ${name}, proven in ${duration(receipt.provingMs ?? times.proofMs ?? 0)}`;
    case 'failed':
      return ` ${pc.red('✗')} ${name}: the proof failed. ${plainText(receipt.proofError?.message ?? '')}`;
    default:
      return ` ${withoutProof(name, receipt)}`;
  }
}

function withoutProof(name: string, { verificationLevel, outcome, unprovable }: ReceiptView): string {
  if (unprovable !== undefined)
    return `${pc.yellow('!')} ${name}, signed, without a proof: ${plainText(unprovable)}`;
  return verificationLevel === 'zero-knowledge' && outcome === 'completed'
    ? `${pc.yellow('!')} ${name}, signed; its proof is not there yet.`
    : `${pc.green('✓')} ${name}, signed`;
}

function endLine({ workflow, times }: FinishedRun): string {
  const { status, error, spentMicro, partial, id } = workflow;
  if (status === 'completed')
    return `${pc.green('✓')} ${partial ? 'Completed in part' : 'Completed'} in ${duration(times.runMs)} ${pc.dim(id)}`;
  const why = error ? ` ${plainText(error.message)} ${pc.dim(`(${error.code})`)}` : '';
  return `${pc.red('✗')} The run ${status === 'cancelled' ? 'was cancelled' : status}.${why} Spent: ${usdc(spentMicro ?? '0')}. ${pc.dim(id)}`;
}

export const sizeLine = (path: string, size: number): string => `${path} (${bytes(size)})`;
export const defaultFolder = (workflowId: string): string => join('quittance-out', workflowId);
