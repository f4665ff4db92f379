import type { Json } from '../kernel/canonical-json.js';
import { LIMITS } from '../kernel/limits.js';
import { EXPRESSION_BOUNDS } from './expression-language.js';
import { everyNode, type Node } from './expression-tree.js';

/** Gives what the interpreter would give for these data, or {@link BEYOND}. */
export type Template = (context: Json) => unknown;

/** For these data the interpreter has rules of its own: ask it. */
export const BEYOND = Symbol('beyond a template');

/**
 * Most expressions are JSON with a few members read from the data, such as `{"text": steps.step_1.summary}`. For
 * those the interpreter's promises a node are a hundred times the work itself: they are filled in instead. Of its
 * rules this knows no more than literals, objects, arrays and members of objects; whatever maps, flattens, calls or
 * calculates is left to it, and so is what comes near one of its bounds.
 * @returns undefined for an expression that is no template
 */
export function templateOf(tree: Node): Template | undefined {
  // so few nodes never reach the depth that is allowed, however they are nested
  return everyNode(tree).length <= LIMITS.expressionDepth ? filled(tree) : undefined;
}

function filled(node: Node): Template | undefined {
  if (isLiteral(node)) return () => node.value;
  if (node.type === 'path') return member(node);
  if (node.type !== 'unary') return undefined;
  if (node.value === '{' && has(node, ['type', 'value', 'position', 'lhs'])) return object(node.lhs!);
  if (node.value === '[' && has(node, ['type', 'value', 'position', 'expressions']))
    return array(node['expressions'] as readonly Node[]);
  return undefined;
}

/** Filters, groupings, flags: a node with any other member means more than it says by its type. */
const has = (node: Node, members: readonly string[]): boolean =>
  Object.keys(node).every((name) => members.includes(name));

const LITERALS = ['string', 'number', 'value'];
const isLiteral = (node: Node): boolean =>
  LITERALS.includes(node.type) && has(node, ['type', 'value', 'position']);

/** Names that mean something to the interpreter, or to JavaScript. */
const RESERVED: readonly unknown[] = ['__proto__', '_jsonata_function', '_jsonata_lambda'];

function object(pairs: readonly (readonly Node[])[]): Template | undefined {
  const keys = pairs.map(([key]) => key!.value as string);
  const values = pairs.map(([, value]) => filled(value!));
  const isPlain = pairs.every(([key]) => key!.type === 'string' && isLiteral(key!));
  if (!isPlain || new Set(keys).size < keys.length || keys.some((key) => RESERVED.includes(key)))
    return undefined;
  if (!isWhole(values)) return undefined;
  return (context) => {
    const result: Record<string, unknown> = {};
    for (let at = 0; at < keys.length; at++) {
      const value = values[at]!(context);
      if (value === BEYOND) return BEYOND;
      if (value !== undefined) result[keys[at]!] = value;
    }
    return result;
  };
}

function array(items: readonly Node[]): Template | undefined {
  const values = items.map(filled);
  if (!isWhole(values)) return undefined;
  return (context) => {
    const result: unknown[] = [];
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!(context);
      // one that was read becomes part of this one, one that is written here stays one
      if (value === BEYOND || (Array.isArray(value) && items[at]!.type === 'path')) return BEYOND;
      if (value !== undefined) result.push(value);
    }
    return result;
  };
}

function member(path: Node): Template | undefined {
  const steps = path.steps!;
  const isPlain = steps.every((step) => step.type === 'name' && has(step, ['type', 'value', 'position']));
  if (!isPlain || !has(path, ['type', 'steps'])) return undefined;
  const names = steps.map(({ value }) => String(value));
  return (context) => {
    let value: unknown = context;
    for (const name of names) {
      if (typeof value !== 'object' || value === null) return undefined;
      if (Array.isArray(value) || '_jsonata_function' in value || '_jsonata_lambda' in value) return BEYOND;
      value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    }
    return isBounded(value) ? value : BEYOND;
  };
}

const isBounded = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length <= EXPRESSION_BOUNDS.sequenceItems
    : typeof value !== 'string' || value.length <= EXPRESSION_BOUNDS.stringChars;

const isWhole = (templates: readonly (Template | undefined)[]): templates is Template[] =>
  templates.every((each) => each !== undefined);
