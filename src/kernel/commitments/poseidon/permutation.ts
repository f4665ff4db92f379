import { FIELD } from '../field.js';
import type { Arena } from './arena.js';
import { ELEMENT_BYTES } from './montgomery.js';
import { HALF_FULL_ROUNDS, type Parameters } from './parameters.js';
import { type PartialRounds, partialRoundsOf } from './partial-rounds.js';
import { Program } from './program.js';

/** Poseidon of one width: where its state is, and the program that computes the hash in it. */
export class Permutation {
  private readonly state: number;
  private readonly hashed: number;
  private readonly from: number;
  private readonly to: number;

  constructor(
    private readonly arena: Arena,
    parameters: Parameters,
  ) {
    this.state = arena.allot(parameters.width);
    this.hashed = arena.allot(1);
    const { words } = programOf(arena, parameters, this.state, this.hashed);
    this.from = arena.write(words);
    this.to = this.from + 4 * words.length;
  }

  /** @param inputs canonical elements, one fewer than the width */
  hash(inputs: readonly bigint[]): bigint {
    const { arena, state, hashed } = this;
    for (let i = 0; i < inputs.length; i++) arena.put(inputs[i]!, state + (i + 1) * ELEMENT_BYTES);
    arena.math.run(this.from, this.to);
    return arena.readPlain(hashed) % FIELD;
  }
}

/** @param state where the inputs are, after the first element, which is zero @param hashed where the hash comes to be */
function programOf(arena: Arena, parameters: Parameters, state: number, hashed: number): Program {
  const { width, constants, matrix } = parameters;
  const partial = partialRoundsOf(parameters);
  const before = constants.slice(0, HALF_FULL_ROUNDS);
  const after = [partial.after, ...constants.slice(1 - HALF_FULL_ROUNDS)];
  const mixing = arena.hold(matrix.flat());
  const raised = arena.allot(width);
  const row = width * ELEMENT_BYTES;
  const program = new Program();

  const raise = (constants: readonly bigint[], first = state) => {
    const added = arena.hold(constants);
    program.fifthPower(first, added, raised);
    for (let at = ELEMENT_BYTES; at < row; at += ELEMENT_BYTES)
      program.fifthPower(state + at, added + at, raised + at);
  };
  const mix = () => {
    for (let i = 0; i < width; i++)
      program.dotProduct(mixing + i * row, raised, width, state + i * ELEMENT_BYTES);
  };

  before.forEach((added, round) => {
    if (round > 0) mix();
    raise(added, round > 0 ? state : arena.allot(1));
  });
  const first = passPartialRounds(program, arena, partial, { raised, state });
  after.forEach((added, round) => {
    if (round > 0) mix();
    raise(added, round > 0 ? state : first);
  });
  // of the last matrix only the row that gives the hash, and that without the Montgomery form
  program.dotProduct(arena.holdPlain(matrix[0]!), raised, width, hashed);
  return program;
}

/**
 * Goes from what the full rounds before have raised to the state that the ones after it begin with.
 * @returns where the first element of that is; the others are in their places
 */
function passPartialRounds(
  program: Program,
  arena: Arena,
  rounds: PartialRounds,
  { raised, state }: { readonly raised: number; readonly state: number },
): number {
  const width = rounds.entry.length;
  const n = width - 1;
  const pair = 2 * ELEMENT_BYTES;
  // s and x in turns: n pairs of a past in which every s is zero, then a pair a round; see partial-rounds.ts
  const trace = arena.allot(2 * (n + rounds.constants.length));
  const s = (round: number) => trace + (n + round) * pair;
  const x = (round: number) => (round === 0 ? state : s(round) - ELEMENT_BYTES);
  const held = (matrix: PartialRounds['entry']) => {
    const at = arena.hold(matrix.flat());
    return matrix.map((row, i) => at + i * row.length * ELEMENT_BYTES);
  };

  held(rounds.entry).forEach((row, i) => {
    program.dotProduct(row, raised, width, i < n ? trace + i * pair + ELEMENT_BYTES : state);
  });
  const [added, next] = [arena.hold(rounds.constants), arena.hold(rounds.next)];
  const last = rounds.constants.length;
  for (let round = 0; round < last; round++) {
    program.fifthPower(x(round), added + round * ELEMENT_BYTES, s(round));
    program.dotProduct(next, s(round - n), 2 * n + 1, x(round + 1));
  }
  held(rounds.exit).forEach((row, i) => {
    program.dotProduct(row, s(last - n), 2 * n, state + (i + 1) * ELEMENT_BYTES);
  });
  return x(last);
}
