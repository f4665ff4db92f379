import { readFileSync } from 'node:fs';
import type { ClosedRun, ClosedStep } from '../../../src/receipts/closed-run.js';
import { issueReceipt, withOpenings } from '../../../src/receipts/issue-receipt.js';
import type { Contents, Receipt, StepDisclosure, VerifyOptions } from '../../../src/verifier/index.js';
import { inSampleLog } from '../in-sample-log.js';
import { sampleIssuedAt, sampleIssuer } from '../sample-issuer.js';
import { sampleLog } from '../sample-log.js';
import { sampleContent, sampleRun } from '../sample-run.js';
import { serviceWord, signedFor } from '../sample-service.js';
import { type Node, type Path, type Place, places } from './tree.js';

/** A valid document, and what its reader knows beside it. */
export interface Original {
  readonly name: string;
  readonly document: Node;
  /** what its openings open */
  readonly contents?: Contents;
  readonly options?: Pick<VerifyOptions, 'log' | 'revocations' | 'context' | 'receipt'>;
}

const golden = (name: string): Original =>
  original(
    name,
    JSON.parse(readFileSync(new URL(`../../golden/receipts/${name}.json`, import.meta.url), 'utf8')),
  );

/** The sample runs give and take what sampleContent says, so that salts can be held against it. */
function original(name: string, document: Node): Original {
  const { openings, disclosure, step } = document as unknown as {
    readonly openings?: object;
    readonly disclosure?: Receipt['disclosure'];
    readonly step?: StepDisclosure['step'];
  };
  if (!openings) return { name, document };
  const done = disclosure ? disclosure.steps.filter(({ outcome }) => outcome === 'completed') : [step!];
  return {
    name,
    document,
    contents: Object.fromEntries(done.map(({ stepId }) => [stepId, sampleContent(stepId)])),
  };
}

const plain = (receipt: Receipt): Node => JSON.parse(JSON.stringify(receipt)) as Node;

const issued = (name: string, run: Partial<ClosedRun>): Original =>
  original(
    name,
    plain(issueReceipt(sampleRun({ level: 'basic', ...run }), sampleIssuer, sampleIssuedAt).receipt),
  );

function opened(): Original {
  const run = sampleRun({ level: 'full', workflowId: 'wf_01JD0000000000000000000001' });
  const { receipt } = issueReceipt(run, sampleIssuer, sampleIssuedAt);
  return original('opened', plain(withOpenings(receipt, run.secret)));
}

/** A step done by an alternative, and one kept from an earlier run. */
function resumed(): Original {
  const other = { serviceId: 'svc_2', recipient: 'Payee2', network: 'solana:test', asset: 'Mint1' };
  const third = { ...other, serviceId: 'svc_3', recipient: 'Payee3' };
  const steps = sampleRun().steps.map((step, i): ClosedStep => {
    if (i === 0)
      return {
        ...step,
        cost: 0n,
        payment: null,
        keptFrom: { workflowId: 'wf_01JD0000000000000000000000', runNo: 1 },
      };
    if (i !== 1) return step;
    const payment = { ...step.payment!, payee: other.recipient };
    return { ...step, alternatives: [other, third], executor: 'svc_2', payment };
  });
  return issued('resumed', { steps, runNo: 2, workflowId: 'wf_01JD0000000000000000000000' });
}

/** Its log must have it. */
function logged(name: string, of: Original, index: number, more: Original['options'] = {}): Original {
  const { statement } = of.document as unknown as Receipt;
  const document = plain({ ...(of.document as unknown as Receipt), log: inSampleLog(statement, index) });
  return { ...of, name, document, options: { log: { key: sampleLog.key, required: true }, ...more } };
}

/** The key may be in other hands since, so that only the log shows that the receipt is older. */
const keyLost = {
  format: 'quittance-revocations/1' as const,
  asOf: '2026-03-01T00:00:00.000Z',
  receipts: [],
  keys: [
    {
      keyId: sampleIssuer.keyId,
      from: '2026-02-01T00:00:00.000Z',
      logSize: 8,
      revokedAt: '2026-02-02T00:00:00.000Z',
      reason: 'A backup was stolen.',
    },
  ],
};

const rolledBack: Partial<ClosedRun> = {
  workflowId: 'wf_01JD0000000000000000000005',
  outcome: 'failed',
  steps: sampleRun().steps.map((step, i) =>
    i === 4 ? { ...step, status: 'failed', attempt: 1, outputHash: null, reason: 'SERVICE_FAILED' } : step,
  ),
  rollback: { outcome: 'partial', undone: ['step_2', 'step_1'], notUndone: ['step_3'] },
};

/** One step shown apart, beside the receipt it is of. */
function shown(name: string, more: Original['options']): Original {
  const made = golden(name);
  return { ...made, ...(more && { options: more }) };
}

export const originals: readonly Original[] = [
  golden('basic'),
  golden('basic-failed'),
  golden('zero-knowledge'),
  golden('zero-knowledge-concealed'),
  golden('chain'),
  golden('chain-concealed'),
  opened(),
  resumed(),
  issued('without a plan', {
    outcome: 'expired',
    steps: [],
    planHash: null,
    approver: null,
    startedAt: null,
  }),
  issued('of another run', {
    workflowId: 'wf_01JD0000000000000000000002',
    runNo: 7,
    secret: new Uint8Array(32).fill(8),
  }),
  issued('rolled back', rolledBack),
  issued('signed for by a service', {
    workflowId: 'wf_01JD0000000000000000000006',
    steps: signedFor(serviceWord()),
  }),
  logged('in the log', issued('', { workflowId: 'wf_01JD0000000000000000000007' }), 6),
  logged(
    'in the log before its key was lost',
    issued('', { workflowId: 'wf_01JD0000000000000000000008', level: 'full' }),
    7,
    { revocations: keyLost },
  ),
  logged('proven, and in the log', { ...golden('zero-knowledge'), name: 'zero-knowledge, in the log' }, 3),
  shown('step-disclosure', { context: '77' }),
  logged('step-disclosure-of-cost, in the log', golden('step-disclosure-of-cost'), 10),
];

export const isDisclosure = ({ document }: Pick<Original, 'document'>): boolean =>
  (document as unknown as StepDisclosure).step !== undefined;

/**
 * Salts that open nothing: of a final result there is none of, of contents of a step that has none. Whatever they
 * are, the receipt says the same.
 */
export function opensNothing({ document }: Pick<Original, 'document'>, path: Path): boolean {
  const receipt = document as unknown as Receipt;
  // of a step that is shown apart, salts are of what is shown
  if (isDisclosure({ document })) return false;
  const [section, stepId, role, ...deeper] = path;
  if (deeper.length > 0) return false;
  if (section === 'openings' && stepId !== undefined && role === undefined)
    return ['input', 'output'].every((each) => opensNothing({ document }, [...path, each]));
  if (section === 'disclosure' && stepId === 'finalSalt' && role === undefined)
    return receipt.statement.commitments?.finalResultHash === null;
  if (section !== 'openings' || role === undefined) return false;
  const step = receipt.disclosure!.steps.find((each) => each.stepId === stepId);
  return (role === 'input' ? step?.inputCommitment : step?.outputCommitment) === null;
}

const binding = new Map<Original, readonly Place[]>();

/** Everywhere a change is a change of what the receipt says. */
export function bindingPlaces(original: Original): readonly Place[] {
  const known = binding.get(original);
  if (known) return known;
  const found = places(original.document).filter(({ path }) => !opensNothing(original, path));
  binding.set(original, found);
  return found;
}
