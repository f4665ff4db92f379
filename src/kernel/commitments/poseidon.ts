import { FIELD } from './field.js';
import { Arena } from './poseidon/arena.js';
import { MOST_INPUTS, parametersOf } from './poseidon/parameters.js';
import { Permutation } from './poseidon/permutation.js';
import { plainPoseidon } from './poseidon/plain.js';

/** circomlib's Poseidon takes at most sixteen inputs. */
export const ARITY = MOST_INPUTS;

type Hash = (inputs: readonly bigint[]) => bigint;

/** by number of inputs; deriving the constants of one takes 5 to 60 ms, so they are made when first needed */
const hashes: Hash[] = [];

/**
 * Poseidon as circomlib defines it.
 * @throws RangeError for an element outside the field, or for none or more than sixteen
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  if (inputs.length < 1 || inputs.length > ARITY)
    throw new RangeError(`Poseidon takes 1 to ${ARITY} inputs, not ${inputs.length}`);
  for (const input of inputs)
    if (input < 0n || input >= FIELD) throw new RangeError(`not an element of the field: ${input}`);
  hashes[inputs.length] ??= hashOf(inputs.length);
  return hashes[inputs.length]!(inputs);
}

function hashOf(inputs: number): Hash {
  const parameters = parametersOf(inputs);
  const memory = arena();
  if (!memory) return (elements) => plainPoseidon(parameters, elements);
  const permutation = new Permutation(memory, parameters);
  return (elements) => permutation.hash(elements);
}

let opened: Arena | null | undefined;

/** @returns undefined where WebAssembly may not be used, as on a page with a strict content security policy */
function arena(): Arena | undefined {
  if (opened === undefined) {
    try {
      opened = new Arena();
    } catch {
      opened = null;
    }
  }
  return opened ?? undefined;
}

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

/** Most slots of most runs are unused, and a group of sixteen costs over a millisecond. */
const groupHash = (group: readonly bigint[]): bigint =>
  group.length === ARITY && group.every((element) => element === 0n) ? emptyGroup() : poseidon(group);

let emptyGroupHash: bigint | undefined;
const emptyGroup = (): bigint => {
  emptyGroupHash ??= poseidon(new Array<bigint>(ARITY).fill(0n));
  return emptyGroupHash;
};
