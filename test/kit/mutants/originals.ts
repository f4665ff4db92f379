import { readFileSync } from 'node:fs';
import type { ClosedRun, ClosedStep } from '../../../src/receipts/closed-run.js';
import { issueReceipt, withOpenings } from '../../../src/receipts/issue-receipt.js';
import type { Contents, Receipt } from '../../../src/verifier/index.js';
import { sampleIssuedAt, sampleIssuer } from '../sample-issuer.js';
import { sampleContent, sampleRun } from '../sample-run.js';
import { type Node, type Path, type Place, places } from './tree.js';

/** A valid receipt, and contents its openings open. */
export interface Original {
  readonly name: string;
  readonly document: Node;
  readonly contents?: Contents;
}

const golden = (name: string): Original =>
  original(
    name,
    JSON.parse(readFileSync(new URL(`../../golden/receipts/${name}.json`, import.meta.url), 'utf8')),
  );

/** The sample runs give and take what sampleContent says, so that salts can be held against it. */
function original(name: string, document: Node): Original {
  const { openings, disclosure } = document as unknown as Receipt;
  if (!openings) return { name, document };
  const done = disclosure!.steps.filter(({ outcome }) => outcome === 'completed');
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

export const originals: readonly Original[] = [
  golden('basic'),
  golden('basic-failed'),
  golden('zero-knowledge'),
  golden('zero-knowledge-concealed'),
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
];

/**
 * Salts that open nothing: of a final result there is none of, of contents of a step that has none. Whatever they
 * are, the receipt says the same.
 */
export function opensNothing({ document }: Pick<Original, 'document'>, path: Path): boolean {
  const receipt = document as unknown as Receipt;
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
