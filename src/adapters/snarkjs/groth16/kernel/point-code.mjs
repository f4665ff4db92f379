import { get, giveBack, i32, i64, repeat, set, when } from './assembler.mjs';

/** bytes of a pair: the addresses of two points */
export const PAIR = 8;

/**
 * Addition of affine points in batches: one inversion for all (Montgomery's trick), six multiplications for each.
 * `forward` multiplies the differences of the x up, `backward` takes the inverse of their product apart again and
 * puts every sum in the place of its pair's first point.
 *
 * @param field prefix of the functions of the coordinates' field
 * @param element bytes of a coordinate
 */
export function pointCode(prefix, field, element, scratch) {
  const [difference, step] = [element, 2 * element];
  const at = (address, offset) => (offset === 0 ? address : i32.add(address, i32.const(offset)));
  const x = (point) => point;
  const y = (point) => at(point, element);
  const first = (pair) => i32.load(get(pair));
  const second = (pair) => i32.load(get(pair), 4);
  const advance = (local, by) => set(local, i32.add(get(local), i32.const(by)));
  const copy = (from, to, bytes) =>
    Array.from({ length: bytes / 4 }, (_, i) => i64.store32(to, 4 * i, i64.load32(from, 4 * i)));
  return [
    {
      // (pairs, count, chain): the chain has 1 at its start, and after each pair's difference the product so far.
      // Stops where that is zero; gives back how many pairs are left with that one
      name: `${prefix}_forward`,
      params: 3,
      result: true,
      body: (call) => [
        repeat(
          [
            call(`${field}_sub`, x(second(0)), x(first(0)), at(get(2), difference)),
            call(`${field}_mul`, get(2), at(get(2), difference), at(get(2), step)),
            when(call(`${field}_isZero`, at(get(2), step)), giveBack(get(1))),
            advance(0, PAIR),
            advance(2, step),
            advance(1, -1),
          ],
          get(1),
        ),
        i32.const(0),
      ],
    },
    {
      // (pairs, count, chain, inverse): both ends are given; goes back to the start of both
      name: `${prefix}_backward`,
      params: 4,
      locals: { i32: 2 },
      body: (call) => {
        const [a, b] = [get(4), get(5)];
        const [slope, sum, newX] = [0, 1, 2].map((i) => scratch((4 + 2 * i) * 36));
        const inverse = get(3);
        return repeat(
          [
            advance(0, -PAIR),
            advance(2, -step),
            set(4, first(0)),
            set(5, second(0)),
            call(`${field}_mul`, inverse, get(2), slope),
            call(`${field}_mul`, inverse, at(get(2), difference), inverse),
            call(`${field}_sub`, y(b), y(a), sum),
            call(`${field}_mul`, slope, sum, slope),
            call(`${field}_square`, slope, newX),
            call(`${field}_add`, x(a), x(b), sum),
            call(`${field}_sub`, newX, sum, newX),
            call(`${field}_sub`, x(a), newX, sum),
            copy(newX, x(a), element),
            call(`${field}_mul`, slope, sum, sum),
            call(`${field}_sub`, sum, y(a), y(a)),
            advance(1, -1),
          ],
          get(1),
        );
      },
    },
    { name: `${prefix}_copy`, params: 2, body: () => copy(get(0), get(1), 2 * element) },
    {
      // (from, to, zero)
      name: `${prefix}_negated`,
      params: 3,
      body: (call) => [copy(get(0), get(1), element), call(`${field}_sub`, get(2), y(get(0)), y(get(1)))],
    },
  ];
}
