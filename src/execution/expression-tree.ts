import jsonata from 'jsonata';
import { Refusal } from '../kernel/errors.js';
import { EXPRESSION_BOUNDS, FUNCTIONS } from './expression-language.js';

/** A node of JSONata's syntax tree, as far as we read it. `position` is the end of its token in the text. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly position?: number;
  readonly steps?: readonly Node[];
  readonly lhs?: readonly (readonly Node[])[];
  readonly focus?: string;
  readonly index?: string;
  readonly [member: string]: unknown;
}

export const invalid = (message: string, position?: number): Refusal =>
  new Refusal('EXPRESSION_INVALID', message, position === undefined ? {} : { position });

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The nodes directly below a node, wherever the parser keeps them. */
export function childrenOf(node: Node): readonly Node[] {
  const found: Node[] = [];
  const collect = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null && !(value instanceof RegExp))
      Object.values(value).forEach(collect);
  };
  for (const [member, value] of Object.entries(node)) if (member !== 'value') collect(value);
  return found;
}

export const everyNode = (node: Node): readonly Node[] => [node, ...childrenOf(node).flatMap(everyNode)];

/** @throws Refusal EXPRESSION_INVALID */
export function parse(text: string): jsonata.Expression {
  if (text.length > EXPRESSION_BOUNDS.textChars)
    throw new Refusal('EXPRESSION_INVALID', 'The expression is longer than an expression may be.', {
      length: text.length,
      allowed: EXPRESSION_BOUNDS.textChars,
    });
  try {
    return jsonata(text, { sequence: EXPRESSION_BOUNDS.sequenceItems });
  } catch (error) {
    const { code, position, token } = error as { code?: string; position?: number; token?: unknown };
    if (error instanceof RangeError) throw invalid('The expression is nested too deeply.');
    throw new Refusal('EXPRESSION_INVALID', 'The expression is not valid JSONata.', {
      ...(code === undefined ? {} : { jsonata: code }),
      ...(position === undefined ? {} : { position }),
      ...(typeof token === 'string' ? { near: token.slice(0, 40) } : {}),
    });
  }
}

const boundNames = (nodes: readonly Node[]): ReadonlySet<unknown> =>
  new Set(
    nodes.flatMap((node) => {
      const names: unknown[] = [node.focus, node.index];
      if (node.type === 'bind') names.push((node['lhs'] as unknown as Node).value);
      if (node.type === 'lambda') names.push(...(node['arguments'] as readonly Node[]).map((a) => a.value));
      return names;
    }),
  );

/** Refuses what the language leaves out. @throws Refusal EXPRESSION_INVALID */
export function assertClosed(tree: Node): void {
  const nodes = everyNode(tree);
  const bound = boundNames(nodes);
  for (const { type, value, position } of nodes) {
    if (type === 'regex')
      throw invalid('Regular expressions are refused: their time has no bound.', position);
    if (type === 'transform')
      throw invalid('The transform operator is refused; $merge makes a changed copy.', position);
    if (type === 'variable' && value !== '' && value !== '$' && !FUNCTIONS.has(String(value)))
      if (!bound.has(value)) throw invalid(`There is no $${String(value).slice(0, 40)} here.`, position);
  }
}
