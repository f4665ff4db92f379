import { FIELD } from '../field.js';
import type { Arena } from './arena.js';
import type { Memory } from './memory.js';
import { HALF_FULL_ROUNDS, type Parameters } from './parameters.js';
import { type PartialRounds, partialRoundsOf } from './partial-rounds.js';
import { Program } from './program.js';

/** Poseidon of one width: where its state is, and the program that computes the hash in it. */
export interface Layout {
  /** where the inputs are, after the first element, which is zero */
  readonly state: number;
  /** where the hash comes to be */
  readonly hashed: number;
  /** the program */
  readonly from: number;
  readonly to: number;
}

export function layOut(memory: Memory, parameters: Parameters): Layout {
  const [state, hashed] = [memory.allot(parameters.width), memory.allot(1)];
  const { words } = programOf(memory, parameters, { state, hashed });
  const from = memory.write(words);
  return { state, hashed, from, to: from + 4 * words.length };
}

export class Permutation {
  private readonly at: Layout;

  constructor(
    private readonly arena: Arena,
    parameters: Parameters,
  ) {
    this.at = layOut(arena, parameters);
  }

  /** @param inputs canonical elements, one fewer than the width */
  hash(inputs: readonly bigint[]): bigint {
    const { arena } = this;
    const { state, hashed, from, to } = this.at;
    for (let i = 0; i < inputs.length; i++) arena.put(inputs[i]!, state + (i + 1) * arena.elementBytes);
    arena.math.run(from, to);
    return arena.readPlain(hashed) % FIELD;
  }
}

function programOf(
  memory: Memory,
  parameters: Parameters,
  { state, hashed }: Pick<Layout, 'state' | 'hashed'>,
): Program {
  const { width, constants, matrix } = parameters;
  const partial = partialRoundsOf(parameters);
  const { elementBytes, constantBytes } = memory;
  const before = constants.slice(0, HALF_FULL_ROUNDS);
  const after = [partial.after, ...constants.slice(1 - HALF_FULL_ROUNDS)];
  const mixing = memory.hold(matrix.flat());
  const raised = memory.allot(width);
  const program = new Program();

  const raise = (constants: readonly bigint[], first = state) => {
    const added = memory.hold(constants);
    program.fifthPower(first, added, raised);
    for (let i = 1; i < width; i++)
      program.fifthPower(state + i * elementBytes, added + i * constantBytes, raised + i * elementBytes);
  };
  const mix = () => {
    for (let i = 0; i < width; i++)
      program.dotProduct(mixing + i * width * constantBytes, raised, width, state + i * elementBytes);
  };

  before.forEach((added, round) => {
    if (round > 0) mix();
    raise(added, round > 0 ? state : memory.allot(1));
  });
  const first = passPartialRounds(program, memory, partial, { raised, state });
  after.forEach((added, round) => {
    if (round > 0) mix();
    raise(added, round > 0 ? state : first);
  });
  // of the last matrix only the row that gives the hash, and that without the Montgomery form
  program.dotProduct(memory.holdPlain(matrix[0]!), raised, width, hashed);
  return program;
}

/**
 * Goes from what the full rounds before have raised to the state that the ones after it begin with.
 * @returns where the first element of that is; the others are in their places
 */
function passPartialRounds(
  program: Program,
  memory: Memory,
  rounds: PartialRounds,
  { raised, state }: { readonly raised: number; readonly state: number },
): number {
  const width = rounds.entry.length;
  const n = width - 1;
  const { elementBytes, constantBytes } = memory;
  const pair = 2 * elementBytes;
  // s and x in turns: n pairs of a past in which every s is zero, then a pair a round; see partial-rounds.ts
  const trace = memory.allot(2 * (n + rounds.constants.length));
  const s = (round: number) => trace + (n + round) * pair;
  const x = (round: number) => (round === 0 ? state : s(round) - elementBytes);
  const held = (matrix: PartialRounds['entry']) => {
    const at = memory.hold(matrix.flat());
    return matrix.map((row, i) => at + i * row.length * constantBytes);
  };

  held(rounds.entry).forEach((row, i) => {
    program.dotProduct(row, raised, width, i < n ? trace + i * pair + elementBytes : state);
  });
  const [added, next] = [memory.hold(rounds.constants), memory.hold(rounds.next)];
  const last = rounds.constants.length;
  for (let round = 0; round < last; round++) {
    program.fifthPower(x(round), added + round * constantBytes, s(round));
    program.dotProduct(next, s(round - n), 2 * n + 1, x(round + 1));
  }
  held(rounds.exit).forEach((row, i) => {
    program.dotProduct(row, s(last - n), 2 * n, state + (i + 1) * elementBytes);
  });
  return x(last);
}
