import { blind, contentToField, type PlainContent } from '../kernel/commitments/content.js';
import { fieldText } from '../kernel/commitments/field.js';
import { type Check, check, failed } from './checks.js';
import type { DisclosedStep, Receipt } from './document.js';

/** Plain content somebody holds and wants to see confirmed, by step id. */
export type Contents = Readonly<
  Record<string, { readonly input?: PlainContent; readonly output?: PlainContent }>
>;

/** What steps take and give is JSON, except for files. */
export function plainContentOf(bytes: Uint8Array): PlainContent {
  try {
    return { json: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { bytes };
  }
}

/** What a document says of the contents of steps: a receipt, or the disclosure of a step. */
export interface CommittedContents {
  readonly disclosure?:
    | { readonly steps: readonly Pick<DisclosedStep, 'stepId' | 'inputCommitment' | 'outputCommitment'>[] }
    | undefined;
  readonly openings?:
    | Readonly<Record<string, { readonly input?: string | undefined; readonly output?: string | undefined }>>
    | undefined;
}

/** Whether contents are those the receipt commits to. Needs the salts, which the owner discloses. */
export const checkContents = (receipt: CommittedContents, contents: Contents): readonly Check[] =>
  Object.entries(contents).flatMap(([stepId, { input, output }]) => [
    ...(input === undefined ? [] : [checkContent(receipt, stepId, 'input', input)]),
    ...(output === undefined ? [] : [checkContent(receipt, stepId, 'output', output)]),
  ]);

/** Salts are of steps that are disclosed; what they open is shown by contents alone. */
export function checkOpenings({
  disclosure,
  openings,
}: Pick<Receipt, 'disclosure' | 'openings'>): readonly Check[] {
  if (!openings) return [];
  const disclosed = new Set(disclosure?.steps.map(({ stepId }) => stepId));
  const unknown = Object.keys(openings).find((stepId) => !disclosed.has(stepId));
  const complaint =
    unknown === undefined ? undefined : `There are salts of ${unknown}, which is no disclosed step.`;
  return [check('openings', complaint, 'The salts are of disclosed steps. What they open, contents show.')];
}

function checkContent(
  receipt: CommittedContents,
  stepId: string,
  role: 'input' | 'output',
  content: PlainContent,
): Check {
  const name = `content:${stepId}:${role}`;
  const step = receipt.disclosure?.steps.find((each) => each.stepId === stepId);
  const salt = receipt.openings?.[stepId]?.[role];
  if (!step) return failed(name, `The receipt discloses no step ${stepId}.`);
  if (salt === undefined) return failed(name, `The receipt discloses no salt for the ${role} of ${stepId}.`);
  const committed = role === 'input' ? step.inputCommitment : step.outputCommitment;
  let found: string;
  try {
    const domain = role === 'input' ? 'input' : 'result';
    found = fieldText(blind(contentToField(domain, content), BigInt(salt)));
  } catch (error) {
    return failed(name, `This content cannot be hashed: ${error instanceof Error ? error.message : 'error'}`);
  }
  const complaint =
    found === committed ? undefined : `This is not the ${role} of ${stepId} that was committed to.`;
  return check(name, complaint, `This is the ${role} of ${stepId}.`);
}
