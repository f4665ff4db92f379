import {
  add32,
  type Code,
  call,
  constant32,
  forever,
  get,
  leaveWhenZero,
  loadCounter,
  set,
  subtract32,
  type WasmFunction,
  whenZero,
} from './wasm-assembler.js';

/** bytes of a call in a program: four words of 32 bits, which are count, left, right and to, or 0, of, plus and to */
const CALL_BYTES = 16;

/** Calls of the module's functions, written down in the order in which its function `run` makes them. */
export class Program {
  readonly words: number[] = [];

  /** @param left constants @param right elements */
  dotProduct(left: number, right: number, count: number, to: number): void {
    this.words.push(count, left, right, to);
  }

  /** @param plus a constant */
  fifthPower(of: number, plus: number, to: number): void {
    this.words.push(0, of, plus, to);
  }
}

/** run(program, end): those two again and again. @param places of the two in the module */
export function runFunction(places: {
  readonly dotProduct: number;
  readonly fifthPower: number;
}): WasmFunction {
  const [at, end, left] = [0, 1, 2] as const;
  const count = 3;
  const word = (i: number): Code => loadCounter(at, 4 * i);
  const body = forever([
    set(count, word(0)),
    whenZero(
      count,
      call(places.fifthPower, [word(1), word(2), word(3)]),
      call(places.dotProduct, [word(1), word(2), get(count), word(3)]),
    ),
    set(at, add32(get(at), constant32(CALL_BYTES))),
    set(left, subtract32(get(end), get(at))),
    leaveWhenZero(left),
  ]);
  return { name: 'run', parameters: 2, counters: 2, body };
}
