import { ARITY, poseidon, poseidonEach } from './poseidon.js';

/**
 * Root of a tree in which every node takes up to sixteen children: 38 constraints an element in a circuit,
 * where a binary tree costs 240. The number of elements must be bound by the caller's tag.
 */
export function treeRoot(elements: readonly bigint[]): bigint {
  if (elements.length === 1) return elements[0]!;
  if (elements.length <= ARITY) return poseidon(elements);
  return treeRoot(groupHashes(groupsOf(elements)));
}

/** Elements that share a node just above them; the last group may be shorter. */
export function groupsOf(elements: readonly bigint[]): readonly (readonly bigint[])[] {
  const groups: (readonly bigint[])[] = [];
  for (let i = 0; i < elements.length; i += ARITY) groups.push(elements.slice(i, i + ARITY));
  return groups;
}

/** The hash of each. Most slots of most runs are unused, and a group of sixteen costs the most. */
export function groupHashes(groups: readonly (readonly bigint[])[]): readonly bigint[] {
  const hashes = poseidonEach(groups.filter((group) => !isEmpty(group)));
  let next = 0;
  return groups.map((group) => (isEmpty(group) ? emptyGroup() : hashes[next++]!));
}

const isEmpty = (group: readonly bigint[]): boolean =>
  group.length === ARITY && group.every((element) => element === 0n);

let emptyGroupHash: bigint | undefined;
const emptyGroup = (): bigint => {
  emptyGroupHash ??= poseidon(new Array<bigint>(ARITY).fill(0n));
  return emptyGroupHash;
};
