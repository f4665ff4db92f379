import { ARITY, poseidon } from './poseidon.js';

/**
 * Root of a tree in which every node takes up to sixteen children: 38 constraints an element in a circuit,
 * where a binary tree costs 240. The number of elements must be bound by the caller's tag.
 */
export function treeRoot(elements: readonly bigint[]): bigint {
  if (elements.length === 1) return elements[0]!;
  if (elements.length <= ARITY) return poseidon(elements);
  const parents: bigint[] = [];
  for (let i = 0; i < elements.length; i += ARITY) parents.push(groupHash(elements.slice(i, i + ARITY)));
  return treeRoot(parents);
}

/** Most slots of most runs are unused, and a group of sixteen costs the most. */
const groupHash = (group: readonly bigint[]): bigint =>
  group.length === ARITY && group.every((element) => element === 0n) ? emptyGroup() : poseidon(group);

let emptyGroupHash: bigint | undefined;
const emptyGroup = (): bigint => {
  emptyGroupHash ??= poseidon(new Array<bigint>(ARITY).fill(0n));
  return emptyGroupHash;
};
