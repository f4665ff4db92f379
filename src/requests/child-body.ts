import { z } from 'zod';
import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { attachedFiles, sharedShape } from './create-body.js';

/** What the input of a step of kind `workflow` gives: what its workflow is asked. The rest is its parent's. */
export const childBodySchema = z
  .strictObject({
    input: sharedShape.input,
    plan: sharedShape.plan,
    files: attachedFiles,
    serviceFilters: sharedShape.serviceFilters,
    onExhausted: sharedShape.onExhausted,
    verificationLevel: sharedShape.verificationLevel.unwrap().optional(),
  })
  .refine((body) => (body.input === undefined) !== (body.plan === undefined), {
    message: 'either input or plan',
    path: ['input'],
  });

export type ChildBody = z.output<typeof childBodySchema>;

/** @throws Refusal CHILD_INVALID, which names members and quotes nothing: what they hold is the owner's */
export function childBody(given: Json): ChildBody {
  const parsed = childBodySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'the whole')))];
  throw new Refusal(
    'CHILD_INVALID',
    `A workflow is asked with {"input": text} or {"plan": …}, and files; wrong is ${wrong.slice(0, 5).join(', ').slice(0, 200)}.`,
    { wrong: wrong.slice(0, 5) },
  );
}
