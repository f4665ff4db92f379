import { FIELD } from './field.js';
import { Arena } from './poseidon/arena.js';
import { MOST_INPUTS, parametersOf } from './poseidon/parameters.js';
import { Permutation } from './poseidon/permutation.js';
import { plainPoseidon } from './poseidon/plain.js';
import { recent } from './poseidon/recent.js';

/** circomlib's Poseidon takes at most sixteen inputs. */
export const ARITY = MOST_INPUTS;

type Hash = (inputs: readonly bigint[]) => bigint;

/** by number of inputs; deriving the constants of one takes 5 to 30 ms, so they are made when first needed */
const hashes: Hash[] = [];

/**
 * Poseidon as circomlib defines it.
 * @throws RangeError for an element outside the field, or for none or more than sixteen
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  assertElements(inputs);
  return remembered(inputs);
}

/** The same for what is hashed once in a life, such as anything with a salt of its own: it is not remembered. */
export function poseidonOnce(inputs: readonly bigint[]): bigint {
  assertElements(inputs);
  return computed(inputs);
}

function assertElements(inputs: readonly bigint[]): void {
  if (inputs.length < 1 || inputs.length > ARITY)
    throw new RangeError(`Poseidon takes 1 to ${ARITY} inputs, not ${inputs.length}`);
  for (const input of inputs)
    if (input < 0n || input >= FIELD) throw new RangeError(`not an element of the field: ${input}`);
}

/** some twenty runs of five steps; at most 1 MB */
const RECENT = 1024;
const remembered = recent(computed, RECENT);

function computed(inputs: readonly bigint[]): bigint {
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
