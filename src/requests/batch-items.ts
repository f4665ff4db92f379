import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { BatchItem, BatchTemplate } from './batch-body.js';
import type { CreateBody } from './create-body.js';

const MOST_PROBLEMS = 10;
const PLACE = /\{([A-Za-z][A-Za-z0-9_]{0,39})\}/g;

/**
 * Each item must make one good request of the template, and that is known before the batch is taken.
 * @throws Refusal VALIDATION_FAILED naming the first items that do not
 */
export function checkItems(template: BatchTemplate, items: readonly BatchItem[]): void {
  const problems: string[] = [];
  for (const [index, item] of items.entries()) {
    const problem = problemOf(template, item);
    if (problem !== undefined) problems.push(`items.${index}: ${problem}`);
    if (problems.length === MOST_PROBLEMS) break;
  }
  if (problems.length > 0)
    throw new Refusal('VALIDATION_FAILED', 'Not every item makes a request.', { problems });
}

function problemOf({ input, plan }: BatchTemplate, item: BatchItem): string | undefined {
  if (plan) {
    if (item.input !== undefined || item.values !== undefined) return 'the template has a plan: send params';
    const steps = new Set(plan.steps.map(({ key }) => key));
    const unknown = Object.keys(item.params ?? {}).find((key) => !steps.has(key));
    return unknown === undefined ? undefined : `the plan has no step ${unknown}`;
  }
  if (item.params !== undefined) return 'the template has no plan';
  if (item.input !== undefined)
    return item.values === undefined ? undefined : 'send input or values, not both';
  if (input === undefined) return 'neither it nor the template has an input';
  const values = item.values ?? {};
  const names = new Set([...input.matchAll(PLACE)].map(([, name]) => name!));
  const missing = [...names].find((name) => values[name] === undefined);
  if (missing !== undefined) return `no value for {${missing}}`;
  const unused = Object.keys(values).find((name) => !names.has(name));
  if (unused !== undefined) return `the input has no {${unused}}`;
  const { length } = filledIn(input, values).trim();
  const { requestMinChars: least, requestMaxChars: most } = LIMITS;
  return length < least || length > most
    ? `its request has ${length} characters, not ${least} to ${most}`
    : undefined;
}

/** The request of one item, as if it had been sent by itself. */
export function bodyOf({ input, plan, metadata, ...shared }: BatchTemplate, item: BatchItem): CreateBody {
  const own = item.input ?? (input === undefined ? undefined : filledIn(input, item.values ?? {}).trim());
  const marked = { ...metadata, ...item.metadata };
  return {
    ...shared,
    ...(plan ? { plan: withParams(plan, item.params ?? {}) } : { input: own }),
    ...(Object.keys(marked).length > 0 && { metadata: marked }),
    ...(item.files && { files: item.files }),
  };
}

/** Values are put in once: what looks like a place in a value stays as it is. */
const filledIn = (text: string, values: NonNullable<BatchItem['values']>): string =>
  text.replace(PLACE, (whole, name: string) => (values[name] === undefined ? whole : String(values[name])));

const withParams = (plan: NonNullable<BatchTemplate['plan']>, params: NonNullable<BatchItem['params']>) => ({
  ...plan,
  steps: plan.steps.map((step) =>
    params[step.key] === undefined ? step : { ...step, params: { ...step.params, ...params[step.key] } },
  ),
});
