import { childrenOf, type Node, parse } from '../execution/expression-tree.js';

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
export const bodyMembers = (input: string): readonly string[] | undefined =>
  membersOf(parse(input).ast() as unknown as Node);
