import { inLots } from '../lots.js';
import { ARITY, poseidon, poseidonEach } from './poseidon.js';

type Elements = readonly bigint[];

/**
 * Root of a tree in which every node takes up to sixteen children: 38 constraints an element in a circuit,
 * where a binary tree costs 240. The number of elements must be bound by the caller's tag.
 */
export const treeRoot = (elements: Elements): bigint => treeRootEach([elements])[0]!;

/**
 * As {@link treeRoot} of many trees, in less time than one by one.
 * @param hashEach poseidonOnceEach for what is hashed once in a life
 * @throws RangeError for a tree without elements
 */
export function treeRootEach(trees: readonly Elements[], hashEach = poseidonEach): readonly bigint[] {
  if (trees.some((elements) => elements.length === 0))
    throw new RangeError('A tree has an element at least.');
  if (trees.every((elements) => elements.length === 1)) return trees.map(([root]) => root!);
  const groups = trees.map((elements) => (elements.length === 1 ? [] : groupsOf(elements)));
  const sizes = groups.map((own) => own.length);
  const nodes = inLots(groupHashes(groups.flat(), hashEach), sizes);
  return treeRootEach(
    trees.map((elements, i) => (elements.length === 1 ? elements : nodes[i]!)),
    hashEach,
  );
}

/** Elements that share a node just above them; the last group may be shorter. */
export function groupsOf(elements: Elements): readonly Elements[] {
  const groups: Elements[] = [];
  for (let i = 0; i < elements.length; i += ARITY) groups.push(elements.slice(i, i + ARITY));
  return groups;
}

/** The hash of each. Most slots of most runs are unused, and a group of sixteen costs the most. */
export function groupHashes(groups: readonly Elements[], hashEach = poseidonEach): readonly bigint[] {
  const hashes = hashEach(groups.filter((group) => !isEmpty(group)));
  let next = 0;
  return groups.map((group) => (isEmpty(group) ? emptyGroup() : hashes[next++]!));
}

const isEmpty = (group: Elements): boolean =>
  group.length === ARITY && group.every((element) => element === 0n);

let emptyGroupHash: bigint | undefined;
const emptyGroup = (): bigint => {
  emptyGroupHash ??= poseidon(new Array<bigint>(ARITY).fill(0n));
  return emptyGroupHash;
};
