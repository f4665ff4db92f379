import { setImmediate as nextTurn } from 'node:timers/promises';
import type jsonata from 'jsonata';
import { LRUCache } from 'lru-cache';
import { canonicalJson, type Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { EXPRESSION_BOUNDS } from './expression-language.js';
import { checkExpression } from './expression-references.js';
import { plainResult, tooLarge } from './expression-result.js';
import { BEYOND, type Template, templateOf } from './expression-template.js';
import { everyNode, type Node, parse } from './expression-tree.js';

export { checkExpression, renameSteps, stepReferences } from './expression-references.js';

/** What an expression sees. */
export interface ExpressionContext {
  readonly inputs: Json;
  readonly steps: Json;
  readonly request: Json;
}

/** What the interpreter hands to its hooks: `base` is one per evaluation, `depth` what is open in it. */
interface Frame {
  readonly base: { readonly depth: number };
}

interface Compiled {
  readonly expression: jsonata.Expression;
  readonly template: Template | undefined;
}

const compiled = new LRUCache<string, Compiled>({ max: EXPRESSION_BOUNDS.compiled });
/** ms each evaluation has worked. Waiting for others, or for a process that was stopped, is no work of its own. */
const worked = new WeakMap<object, number>();
/** what one node may be found to have taken: whatever is longer was a pause */
const LONGEST_NODE_MS = 250;
let turnBegan = 0;
let lastSeen = 0;

const limit = (what: string, allowed: number): Refusal =>
  new Refusal('EXPRESSION_LIMIT', `The expression exceeds its bound of ${what}.`, { limit: what, allowed });

/**
 * Called before every node. Waiting here also unwinds the native stack, so that recursion costs heap, which
 * `depth` bounds, and never overflows; the pause gives the rest of the process a turn.
 */
const guard = (depthAllowed: number) =>
  async function enter(_node: unknown, _input: unknown, frame: Frame): Promise<void> {
    if (frame.base.depth > depthAllowed) throw limit('depth', LIMITS.expressionDepth);
    const now = performance.now();
    const before = worked.get(frame.base);
    const work = before === undefined ? 0 : before + Math.min(now - lastSeen, LONGEST_NODE_MS);
    worked.set(frame.base, work);
    lastSeen = now;
    if (work > LIMITS.expressionTime) throw limit('time', LIMITS.expressionTime);
    if (now - turnBegan < EXPRESSION_BOUNDS.turn) return;
    await nextTurn();
    turnBegan = lastSeen = performance.now();
  };

/** Called with what every node gave: a string doubled in a loop is stopped while it is still small. */
const leave = (_node: unknown, _input: unknown, _frame: unknown, result: unknown): void => {
  if (typeof result === 'string' && result.length > EXPRESSION_BOUNDS.stringChars)
    throw tooLarge('characters', EXPRESSION_BOUNDS.stringChars);
  if (Array.isArray(result) && result.length > EXPRESSION_BOUNDS.sequenceItems)
    throw tooLarge('items', EXPRESSION_BOUNDS.sequenceItems);
};

/** The interpreter compares every pair; twenty thousand cells would hold the process for minutes. */
function distinct(values: unknown): unknown {
  if (!Array.isArray(values) || values.length < 2) return values;
  const seen = new Map(values.map((value) => [canonicalJson(value), value]));
  const first = [...seen.values()];
  return 'sequence' in values ? Object.assign(first, { sequence: true }) : first;
}

/** What an expression fails with of its own will. The interpreter's own two make a stack first, which nobody reads. */
function error(): never {
  throw { code: 'D3137' };
}

function assert(holds: boolean): undefined {
  if (!holds) throw { code: 'D3141' };
}

/**
 * Groups and members of objects are evaluated side by side, so that what is open is as deep as the nesting or as
 * wide as the groups; the depth allowed grows by the width an expression may have.
 */
function widthOf(tree: Node): number {
  const nodes = everyNode(tree);
  if (nodes.some((node) => node['group'] !== undefined)) return EXPRESSION_BOUNDS.groups;
  return nodes.reduce((width, node) => width + (node.value === '{' ? (node.lhs?.length ?? 0) : 0), 0);
}

function compile(text: string): Compiled {
  const known = compiled.get(text);
  if (known) return known;
  checkExpression(text);
  const expression = parse(text);
  const tree = expression.ast() as unknown as Node;
  const allowed = LIMITS.expressionDepth + widthOf(tree);
  const assign = expression.assign as (name: string | symbol, value: unknown) => void;
  assign(Symbol.for('jsonata.__evaluate_entry'), guard(allowed));
  assign(Symbol.for('jsonata.__evaluate_exit'), leave);
  expression.registerFunction('distinct', distinct, '<x:x>');
  expression.registerFunction('error', error, '<s?:x>');
  expression.registerFunction('assert', assert, '<bs?:x>');
  const made = { expression, template: templateOf(tree) };
  compiled.set(text, made);
  return made;
}

/** An error of the interpreter quotes the data; what leaves here names its code and place only. */
function refusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code, position } = (error ?? {}) as { code?: unknown; position?: unknown };
  if (code === 'D2015' || code === 'D2014') return tooLarge('items', EXPRESSION_BOUNDS.sequenceItems);
  return new Refusal('EXPRESSION_FAILED', 'The expression does not fit the data it is given.', {
    ...(typeof code === 'string' ? { jsonata: code } : {}),
    ...(typeof position === 'number' ? { position } : {}),
  });
}

/**
 * Evaluates an expression of the closed language: the same text and context always give the same result.
 * @returns plain JSON; nothing found is null
 * @throws Refusal EXPRESSION_INVALID, EXPRESSION_FAILED, or EXPRESSION_LIMIT beyond time, depth or size
 */
export async function evaluate(text: string, context: ExpressionContext): Promise<Json> {
  const { expression, template } = compile(text);
  try {
    const filled = template ? template(context as unknown as Json) : BEYOND;
    if (filled !== BEYOND) return plainResult(filled);
    return plainResult(await expression.evaluate(context));
  } catch (error) {
    throw refusal(error);
  }
}
