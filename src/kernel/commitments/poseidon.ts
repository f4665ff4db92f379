import * as lite from 'poseidon-lite';
import { FIELD } from './field.js';

/**
 * Poseidon as circomlib defines it. poseidon-lite was chosen over circomlibjs by measurement: 0.17 ms against
 * 0.06 ms for three inputs, but no 0.45 s of initialisation, no promise, no WASM and no 20 MB of dependencies,
 * and a step needs four such hashes (docs/adr/0004).
 */
const WIDTHS = [
  lite.poseidon1,
  lite.poseidon2,
  lite.poseidon3,
  lite.poseidon4,
  lite.poseidon5,
  lite.poseidon6,
  lite.poseidon7,
  lite.poseidon8,
  lite.poseidon9,
  lite.poseidon10,
  lite.poseidon11,
  lite.poseidon12,
  lite.poseidon13,
  lite.poseidon14,
  lite.poseidon15,
  lite.poseidon16,
] as const;

/** circomlib's Poseidon takes at most sixteen inputs. */
export const ARITY = WIDTHS.length;

/** @throws RangeError for an element outside the field, or for none or more than sixteen */
export function poseidon(inputs: readonly bigint[]): bigint {
  const hash = WIDTHS[inputs.length - 1];
  if (!hash) throw new RangeError(`Poseidon takes 1 to ${ARITY} inputs, not ${inputs.length}`);
  for (const input of inputs)
    if (input < 0n || input >= FIELD) throw new RangeError(`not an element of the field: ${input}`);
  return hash([...inputs]);
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
