import { get, i32, repeat, set } from './assembler.mjs';
import { ELEMENT } from './limbs.mjs';

const [LOW, HIGH, COUNT, FACTORS, STEP] = [0, 1, 2, 3, 4];
const advance = (local, by) => set(local, i32.add(get(local), by));

/** The butterflies of one block, with a factor of their own each; `step` bytes lie between the factors. */
export function transformCode(scratch) {
  const product = scratch(0);
  const loop = (name, butterfly) => ({
    name,
    params: 5,
    body: (call) =>
      repeat(
        [
          butterfly(call),
          advance(LOW, i32.const(ELEMENT)),
          advance(HIGH, i32.const(ELEMENT)),
          advance(FACTORS, get(STEP)),
          advance(COUNT, i32.const(-1)),
        ],
        get(COUNT),
      ),
  });
  return [
    // Gentleman and Sande: a + b, (a - b)w; natural order in, reversed bits out
    loop('r_apart', (call) => [
      call('r_sub', get(LOW), get(HIGH), product),
      call('r_sum', get(LOW), get(HIGH), get(LOW)),
      call('r_mul', product, get(FACTORS), get(HIGH)),
    ]),
    // Cooley and Tukey: a + bw, a - bw; reversed bits in, natural order out
    loop('r_together', (call) => [
      call('r_mul', get(HIGH), get(FACTORS), product),
      call('r_sub', get(LOW), product, get(HIGH)),
      call('r_sum', get(LOW), product, get(LOW)),
    ]),
    // every element by a factor of its own
    loop('r_scale', (call) => call('r_mul', get(LOW), get(FACTORS), get(HIGH))),
  ];
}
