import { FIELD } from '../field.js';
import type { Arena } from './arena.js';
import { ELEMENT_BYTES } from './montgomery.js';
import { HALF_FULL_ROUNDS, type Parameters } from './parameters.js';
import { partialRoundsOf } from './partial-rounds.js';

/** Poseidon of one width: the addresses of its constants and of its working space, in the order of use. */
export class Permutation {
  private readonly width: number;
  private readonly partialRounds: number;
  private readonly full: readonly number[];
  private readonly partial: number;
  private readonly matrix: number;
  private readonly entry: number;
  private readonly next: number;
  private readonly exit: number;
  private readonly state: number;
  private readonly raised: number;
  private readonly trace: number;

  constructor(
    private readonly arena: Arena,
    parameters: Parameters,
  ) {
    const { width, partialRounds, constants, matrix } = parameters;
    const rounds = partialRoundsOf(parameters);
    const last = HALF_FULL_ROUNDS + partialRounds;
    const full = [...constants.slice(0, HALF_FULL_ROUNDS), rounds.after, ...constants.slice(last + 1)];
    this.width = width;
    this.partialRounds = partialRounds;
    this.full = full.map((each) => arena.hold(each));
    this.partial = arena.hold(rounds.constants);
    this.matrix = arena.hold(matrix.flat());
    this.entry = arena.hold(rounds.entry.flat());
    this.next = arena.hold(rounds.next);
    this.exit = arena.hold(rounds.exit.flat());
    this.state = arena.allot(width);
    this.raised = arena.allot(width);
    // the past of n values of x and of s, then a pair a round; see partial-rounds.ts
    this.trace = arena.allot(2 * (width - 1) + 2 * partialRounds);
  }

  /** @param inputs canonical elements, one fewer than the width */
  hash(inputs: readonly bigint[]): bigint {
    const { arena, state, raised, matrix, width } = this;
    arena.put(0n, state);
    for (let i = 0; i < inputs.length; i++) arena.put(inputs[i]!, state + (i + 1) * ELEMENT_BYTES);
    for (let round = 0; round < HALF_FULL_ROUNDS; round++) {
      if (round > 0) this.mix();
      this.raise(round);
    }
    this.passPartialRounds();
    for (let round = HALF_FULL_ROUNDS; round < 2 * HALF_FULL_ROUNDS; round++) {
      if (round > HALF_FULL_ROUNDS) this.mix();
      this.raise(round);
    }
    // of the last matrix only the row that gives the hash
    arena.math.dotProduct(matrix, raised, width, state);
    return arena.read(state) % FIELD;
  }

  private raise(round: number): void {
    const { arena, state, raised, width } = this;
    const constants = this.full[round]!;
    for (let at = 0; at < width * ELEMENT_BYTES; at += ELEMENT_BYTES)
      arena.math.fifthPower(state + at, constants + at, raised + at);
  }

  private mix(): void {
    const { arena, state, raised, matrix, width } = this;
    const row = width * ELEMENT_BYTES;
    for (let i = 0; i < width; i++)
      arena.math.dotProduct(matrix + i * row, raised, width, state + i * ELEMENT_BYTES);
  }

  /** The trace holds s and x in turns. What is in it before the first x is the past, in which every s is zero. */
  private passPartialRounds(): void {
    const { arena, state, raised, trace, entry, next, exit, width, partialRounds } = this;
    const { math } = arena;
    const n = width - 1;
    const pair = 2 * ELEMENT_BYTES;
    for (let i = 0; i < n; i++)
      math.dotProduct(entry + i * width * ELEMENT_BYTES, raised, width, trace + i * pair + ELEMENT_BYTES);
    math.dotProduct(entry + n * width * ELEMENT_BYTES, raised, width, state);
    let x = state;
    for (let round = 0; round < partialRounds; round++) {
      const s = trace + (n + round) * pair;
      math.fifthPower(x, this.partial + round * ELEMENT_BYTES, s);
      x = s + ELEMENT_BYTES;
      math.dotProduct(next, trace + round * pair, 2 * n + 1, x);
    }
    const recent = trace + partialRounds * pair;
    for (let i = 0; i < n; i++)
      math.dotProduct(exit + i * n * pair, recent, 2 * n, state + (i + 1) * ELEMENT_BYTES);
    arena.copy(x, state);
  }
}
