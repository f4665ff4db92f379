import { Refusal } from '../../kernel/errors.js';
import type { ServiceOffer } from '../../ports/catalogue.js';
import type { PlanDraft, Planner, PlanningRequest } from '../../ports/planner.js';
import { Bench, type Made, type Scope } from './bench.js';
import { type Clauses, clausesOf } from './clauses.js';
import { compose, type Order } from './compose.js';
import { truthOf } from './conditions.js';
import { labelOfResult, mediaTypeOf } from './results.js';
import { type Subject, subjectsOf } from './subjects.js';
import { topicOf, type Wishes, wishesOf } from './wishes.js';

const nothing = (message: string, figures: Refusal['figures'] = {}): Refusal =>
  new Refusal('NO_SERVICE', message, figures);

function wishesIn(text: string, offers: readonly ServiceOffer[]): Wishes {
  const wishes = wishesOf(text, offers);
  if (wishes.foreign !== undefined)
    throw nothing(`No service in the catalogue can do this: ${wishes.foreign}.`, { missing: wishes.foreign });
  return wishes;
}

/** What "them" are: the table of what an earlier step found, made here without a service. */
function foundTable(about: Made, bench: Bench, scope: Scope): Subject {
  const found = `steps.${about.key}`;
  const column = (name: string, type: string) => `{"name": "${name}", "type": "${type}"}`;
  const table = bench.add('found', scope, {
    kind: 'data_transform',
    title: 'A table of what was found',
    dependsOn: [about.key],
    input:
      `{"name": "Findings", "columns": [${column('label', 'string')}, ${column('column', 'string')}, ` +
      `${column('value', 'number')}, ${column('score', 'number')}], "rows": [${found}.findings.` +
      `{"label": label, "column": column, "value": value, "score": score}], "source": ${found}.source, ` +
      `"note": ${found}.note}`,
  });
  return { kind: 'findings', table };
}

const SPEAKS_OF_FOUND = /\b(?:them|these|those|the (?:outliers|anomalies|findings|unusual))\b/i;

interface Branches {
  readonly condition: NonNullable<Clauses['condition']>;
  readonly always: Scope;
  readonly results: readonly Made[];
}

/** The step a condition is about: what its words name, else the last result before it. */
function subjectOf({ condition, results, always }: Branches, order: Order, bench: Bench): Made {
  const [named] = wishesOf(condition.test, order.offers).wanted;
  const known = named ? results.find(({ type }) => type === named.type) : results.at(-1);
  const about =
    known ?? (named && compose({ wanted: [named], report: false, examine: false }, order, bench, always)[0]);
  if (about) return about;
  throw nothing('The request has a condition, but nothing that it could be about.', {
    condition: condition.test.slice(0, 200),
  });
}

/** Drafts the conditional step and what hangs on its branches. */
function branch(branches: Branches, order: Order, bench: Bench): readonly Made[] {
  const { condition, always } = branches;
  const about = subjectOf(branches, order, bench);
  const step = bench.add('condition', always, {
    kind: 'conditional',
    title: `Whether ${condition.test}`.slice(0, 300),
    dependsOn: [about.key],
    input: truthOf(condition.test, condition.negated, about.offer!, `steps.${about.key}`),
  });
  const side = (text: string, taken: 'then' | 'else'): readonly Made[] => {
    const wishes = wishesIn(text, order.offers);
    if (wishes.wanted.length === 0) return [];
    const scope: Scope = { when: { step, branch: taken }, parent: always, made: new Map() };
    const found = about.type === 'anomalies' && SPEAKS_OF_FOUND.test(text) && !wishes.report;
    const subjects = found ? [foundTable(about, bench, scope)] : order.subjects;
    return compose(wishes, { ...order, subjects }, bench, scope);
  };
  const then = side(condition.held, 'then');
  const otherwise = side(condition.otherwise, 'else');
  if (then.length + otherwise.length === 0)
    throw nothing('The request sets a condition, but says nothing that could be done under it.', {
      condition: condition.test.slice(0, 200),
    });
  return [...new Set([...branches.results, about]), ...then, ...otherwise];
}

/** One result stands for itself; several become members of one object. */
function resultOf(results: readonly Made[], bench: Bench, always: Scope): PlanDraft['result'] {
  const [only, ...others] = results;
  if (only && others.length === 0) return { step: only.key, mediaType: mediaTypeOf(only.type) };
  const members = results.map(({ key }) => `${JSON.stringify(key)}: steps.${key}`);
  const step = bench.add('results', always, {
    kind: 'data_transform',
    title: 'The results together',
    dependsOn: results.map(({ key }) => key),
    input: `{${members.join(', ')}}`,
  });
  return { step, mediaType: 'application/json' };
}

function draft(request: PlanningRequest): PlanDraft {
  const { offers, text } = request;
  const clauses = clausesOf(text);
  const wishes = wishesIn(clauses.always, offers);
  if (wishes.wanted.length === 0 && !clauses.condition)
    throw nothing('The request does not say which kind of result is wanted.', {
      offered: [...new Set(offers.map(({ capability }) => capability))].slice(0, 40),
    });
  const order: Order = { offers, request: text, subjects: subjectsOf(request, topicOf(text)) };
  const bench = new Bench();
  const always: Scope = { made: new Map() };
  const certain = compose(wishes, order, bench, always);
  const results = clauses.condition
    ? branch({ condition: clauses.condition, always, results: certain }, order, bench)
    : certain;
  const result = resultOf(results, bench, always);
  return {
    intent: {
      classification: [...new Set(results.map(({ type }) => labelOfResult(type)))].join(' and ').slice(0, 80),
      capabilities: [...new Set(bench.steps.flatMap(({ capability }) => capability ?? []))].slice(0, 40),
      confidence: wishes.wanted.length > 0 ? 0.8 : 0.5,
      method: 'rule',
    },
    steps: bench.steps,
    result,
  };
}

/**
 * Plans without a model: reads from the words which results are wanted, and searches backwards from their types
 * over the declared inputs and outputs of the services to what the caller has given.
 */
export const rulePlanner: Planner = {
  name: 'rules',
  async plan(request, signal) {
    signal.throwIfAborted();
    const planned = draft(request);
    if (planned.steps.length + 1 <= request.maxSteps) return planned;
    throw new Refusal('PLANNER_ERROR', 'The request needs more steps than a plan may have.', {
      steps: planned.steps.length + 1,
      allowed: request.maxSteps,
    });
  },
};
