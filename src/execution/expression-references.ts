import { LRUCache } from 'lru-cache';
import { ROOTS } from './expression-language.js';
import { assertClosed, childrenOf, invalid, type Node, parse } from './expression-tree.js';

/** One place where an expression reads the output of a step. */
export interface StepReference {
  readonly step: string;
  /** where the name stands in the text, quotes included */
  readonly from: number;
  readonly to: number;
}

/** The name as it stands in the text: plain, or in back-ticks or quotes. */
function span(text: string, { value, position }: Node): { from: number; to: number } {
  const name = String(value);
  const to = position ?? -1;
  const plain = to - name.length;
  if (text.slice(plain, to) === name) return { from: plain, to };
  const quoted = text.slice(plain - 2, to);
  if (quoted.slice(1, -1) === name && /^[`"']/.test(quoted)) return { from: plain - 2, to };
  throw invalid('The name of a step must be written plainly.', position);
}

/** A path that starts at the root: `inputs…`, `request…` or `steps.<name>…`, with or without `$$.` before it. */
function readRootPath(text: string, names: readonly Node[], into: StepReference[]): void {
  const [root, step] = names;
  if (root?.type !== 'name' || !ROOTS.has(String(root.value)))
    throw invalid('An expression starts from inputs, steps or request.', root?.position);
  if (root.value !== 'steps') return;
  if (step?.type !== 'name') throw invalid('Name the step: steps.<key>.', root.position);
  into.push({ step: String(step.value), ...span(text, step) });
}

const NAVIGATION = ['name', 'wildcard', 'descendant'];
const isDocument = ({ type, value }: Node): boolean => type === 'variable' && value === '$';
const isContext = ({ type, value }: Node): boolean => type === 'variable' && value === '';
const insides = ({ group, predicate, stages }: Node): readonly Node[] =>
  childrenOf({ type: 'inside', group, predicate, stages });

function walkPath(text: string, path: Node, atRoot: boolean, into: StepReference[]): void {
  const steps = path.steps!;
  const first = steps[0]!;
  const document = steps.findLastIndex(isDocument);
  if (document >= 0) readRootPath(text, steps.slice(document + 1), into);
  else if (atRoot && isContext(first)) readRootPath(text, steps.slice(1), into);
  else if (atRoot && NAVIGATION.includes(first.type)) readRootPath(text, steps, into);
  if (NAVIGATION.includes(first.type) || first.type === 'variable')
    for (const child of insides(first)) walk(text, child, false, into);
  else walk(text, first, atRoot, into);
  for (const step of steps.slice(1)) for (const child of childrenOf(step)) walk(text, child, false, into);
  for (const child of insides(path)) walk(text, child, false, into);
}

/**
 * @param atRoot whether the context of this node is the whole document; inside `a.b.(…)`, a filter or a grouping
 * it is an item of the data, where a field may well be called `steps`
 */
function walk(text: string, node: Node, atRoot: boolean, into: StepReference[]): void {
  if (node.type === 'path' && node.steps) {
    walkPath(text, node, atRoot, into);
    return;
  }
  if (isDocument(node) || (atRoot && isContext(node)))
    throw invalid('An expression starts from inputs, steps or request.', node.position);
  const { group, predicate, stages, ...outside } = node;
  for (const child of childrenOf(outside as Node)) walk(text, child, atRoot, into);
  for (const child of insides(node)) walk(text, child, false, into);
}

/**
 * Parses an expression and finds every step whose output it reads.
 * @throws Refusal EXPRESSION_INVALID when it is not of the closed language, or reads steps other than by name
 */
export function stepReferences(text: string): readonly StepReference[] {
  const known = references.get(text);
  if (known) return known;
  const found = readReferences(text);
  references.set(text, found);
  return found;
}

/** The same few expressions come again with every run of a plan. */
const references = new LRUCache<string, readonly StepReference[]>({
  maxSize: 1_000_000,
  sizeCalculation: (_, text) => text.length + 1,
});

function readReferences(text: string): readonly StepReference[] {
  const tree = parse(text).ast() as unknown as Node;
  try {
    assertClosed(tree);
    const found: StepReference[] = [];
    walk(text, tree, true, found);
    return found;
  } catch (error) {
    if (error instanceof RangeError) throw invalid('The expression is nested too deeply.');
    throw error;
  }
}

/** @throws Refusal EXPRESSION_INVALID */
export const checkExpression = (text: string): void => void stepReferences(text);

/** Gives steps other names in an expression, and touches nothing else. @throws Refusal EXPRESSION_INVALID */
export function renameSteps(text: string, nameOf: (step: string) => string): string {
  const places = [...stepReferences(text)].sort((a, b) => b.from - a.from);
  let renamed = text;
  for (const { step, from, to } of places)
    renamed = renamed.slice(0, from) + nameOf(step) + renamed.slice(to);
  return renamed;
}
