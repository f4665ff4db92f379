import { FIELD } from './field.js';
import { Arena } from './poseidon/arena.js';
import { PairArena } from './poseidon/pair-arena.js';
import { PairPermutation } from './poseidon/pair-permutation.js';
import { MOST_INPUTS, parametersOf } from './poseidon/parameters.js';
import { Permutation } from './poseidon/permutation.js';
import { plainPoseidon } from './poseidon/plain.js';
import { recent } from './poseidon/recent.js';

/** circomlib's Poseidon takes at most sixteen inputs. */
export const ARITY = MOST_INPUTS;

type Inputs = readonly bigint[];

/** Hashes of one number of inputs. */
interface Hashes {
  readonly one: (inputs: Inputs) => bigint;
  /** two, in the end at once, in two thirds of the time, where the processor can do so */
  readonly two: (one: Inputs, other: Inputs) => readonly [bigint, bigint];
}

/** by number of inputs; deriving the constants of one takes 5 to 30 ms, so they are made when first needed */
const hashes: Hashes[] = [];

/**
 * Poseidon as circomlib defines it.
 * @throws RangeError for an element outside the field, or for none or more than sixteen
 */
export function poseidon(inputs: Inputs): bigint {
  assertElements(inputs);
  return remembered.one(inputs);
}

/** The same of many, two of one width at a time. @returns their hashes in their order */
export function poseidonEach(many: readonly Inputs[]): readonly bigint[] {
  many.forEach(assertElements);
  return remembered.each(many);
}

/** The same for what is hashed once in a life, such as anything with a salt of its own: it is not remembered. */
export function poseidonOnce(inputs: Inputs): bigint {
  assertElements(inputs);
  return hashesOf(inputs).one(inputs);
}

/** As {@link poseidonEach} for what is hashed once in a life. */
export function poseidonOnceEach(many: readonly Inputs[]): readonly bigint[] {
  many.forEach(assertElements);
  return computed(many);
}

function assertElements(inputs: Inputs): void {
  if (inputs.length < 1 || inputs.length > ARITY)
    throw new RangeError(`Poseidon takes 1 to ${ARITY} inputs, not ${inputs.length}`);
  for (const input of inputs)
    if (input < 0n || input >= FIELD) throw new RangeError(`not an element of the field: ${input}`);
}

/** some twenty runs of five steps; at most 1 MB */
const RECENT = 1024;
const remembered = recent(computed, RECENT);

function computed(many: readonly Inputs[]): readonly bigint[] {
  const results = new Array<bigint>(many.length);
  /** by width, which of them has no other yet */
  const alone: (number | undefined)[] = [];
  many.forEach((inputs, i) => {
    const other = alone[inputs.length];
    alone[inputs.length] = other === undefined ? i : undefined;
    if (other !== undefined) [results[other], results[i]] = hashesOf(inputs).two(many[other]!, inputs);
  });
  for (const i of alone) if (i !== undefined) results[i] = hashesOf(many[i]!).one(many[i]!);
  return results;
}

function hashesOf({ length }: Inputs): Hashes {
  hashes[length] ??= madeFor(length);
  return hashes[length];
}

function madeFor(inputs: number): Hashes {
  const parameters = parametersOf(inputs);
  const memory = arena();
  if (!memory) return oneByOne((elements) => plainPoseidon(parameters, elements));
  const permutation = new Permutation(memory, parameters);
  return inTimeByTwos(
    inputs,
    oneByOne((elements) => permutation.hash(elements)),
  );
}

const oneByOne = (one: Hashes['one']): Hashes => ({ one, two: (a, b) => [one(a), one(b)] });

/**
 * Pairs of all widths that are hashed one by one at first, and pairs of each width. To hash two at once takes some 10 ms
 * of preparation, and 1 ms more for a width, 8 ms for the widest; that is what it has saved by then. Whoever checks
 * a single receipt should not wait for it.
 */
export const SELDOM = 1000;
const SELDOM_OF_A_WIDTH = 200;

let pairs = 0;

function inTimeByTwos(inputs: number, { one, two }: Hashes): Hashes {
  let own = 0;
  let hash: Hashes['two'] | undefined;
  return {
    one,
    two: (a, b) => {
      if (hash) return hash(a, b);
      pairs += 1;
      own += 1;
      if (pairs < SELDOM || own < SELDOM_OF_A_WIDTH) return two(a, b);
      hash = pairsOf(inputs) ?? two;
      return hash(a, b);
    },
  };
}

/** @returns undefined where it cannot be */
function pairsOf(inputs: number): Hashes['two'] | undefined {
  const memory = pairArena();
  if (!memory) return undefined;
  const permutation = new PairPermutation(memory, parametersOf(inputs));
  return (one, other) => permutation.hash(one, other);
}

/** undefined where WebAssembly may not be used, as on a page with a strict content security policy */
const arena = opener(() => new Arena());
/** undefined also where it cannot multiply and add with one rounding */
const pairArena = opener(() => new PairArena());

/** Opens once; what failed is not tried again. */
function opener<T>(open: () => T): () => T | undefined {
  let opened: T | null | undefined;
  return () => {
    if (opened === undefined) {
      try {
        opened = open();
      } catch {
        opened = null;
      }
    }
    return opened ?? undefined;
  };
}
