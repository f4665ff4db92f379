import { get, i32 } from './assembler.mjs';
import { ELEMENT } from './limbs.mjs';

/** Fq[u]/(u² + 1), two elements one after the other. The third parameter may be one of the others. */
export function extensionCode(scratch) {
  const [A, B, OUT] = [0, 1, 2].map(get);
  const imaginary = (address) => i32.add(address, i32.const(ELEMENT));
  const [t0, t1, t2, t3] = [0, 1, 2, 3].map((i) => scratch(i * ELEMENT));
  const each = (name) => ({
    name: `q2_${name}`,
    params: 3,
    body: (call) => [
      call(`q_${name}`, A, B, OUT),
      call(`q_${name}`, imaginary(A), imaginary(B), imaginary(OUT)),
    ],
  });
  return [
    ...['add', 'sub', 'sum'].map(each),
    {
      // Karatsuba: three products
      name: 'q2_mul',
      params: 3,
      body: (call) => [
        call('q_add', A, imaginary(A), t2),
        call('q_add', B, imaginary(B), t3),
        call('q_mul', t2, t3, t2),
        call('q_mul', A, B, t0),
        call('q_mul', imaginary(A), imaginary(B), t1),
        call('q_sub', t0, t1, OUT),
        call('q_add', t0, t1, t0),
        call('q_sub', t2, t0, imaginary(OUT)),
      ],
    },
    {
      // (a + bu)² = (a + b)(a - b) + 2ab u
      name: 'q2_square',
      params: 2,
      body: (call) => [
        call('q_add', A, imaginary(A), t0),
        call('q_sub', A, imaginary(A), t1),
        call('q_mul', A, imaginary(A), t2),
        call('q_mul', t0, t1, B),
        call('q_sum', t2, t2, imaginary(B)),
      ],
    },
    {
      name: 'q2_isZero',
      params: 1,
      result: true,
      body: (call) => i32.and(call('q_isZero', A), call('q_isZero', imaginary(A))),
    },
  ];
}
