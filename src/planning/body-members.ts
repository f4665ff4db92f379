import { LRUCache } from 'lru-cache';
import { EXPRESSION_BOUNDS } from '../execution/expression-language.js';
import { childrenOf, type Node, parse } from '../execution/expression-tree.js';

interface Found {
  readonly members: readonly string[] | undefined;
}

/** Plans are much alike, and one asks twice where services stand in for each other. */
const found = new LRUCache<string, Found>({ max: EXPRESSION_BOUNDS.compiled });

function membersOf(node: Node): readonly string[] | undefined {
  if (node.type === 'unary' && node.value === '{') {
    const keys = (node.lhs ?? []).map(([key]) => (key?.type === 'string' ? String(key.value) : undefined));
    return keys.every((key) => key !== undefined) ? keys : undefined;
  }
  const procedure = node['procedure'] as Node | undefined;
  if (node.type !== 'function' || procedure?.value !== 'merge') return undefined;
  const [list, ...more] = node['arguments'] as readonly Node[];
  if (list?.value !== '[' || more.length > 0) return undefined;
  const parts = childrenOf(list).map(membersOf);
  return parts.every((part) => part !== undefined) ? [...new Set(parts.flat())] : undefined;
}

/**
 * The members a request body will have, where the expression says so in writing: an object, or `$merge` of
 * objects. Undefined when only running it would tell.
 */
export function bodyMembers(input: string): readonly string[] | undefined {
  const known = found.get(input);
  if (known) return known.members;
  const members = membersOf(parse(input).ast() as unknown as Node);
  found.set(input, { members });
  return members;
}
