import { expect, it } from '@jest/globals';
import { figuresOf } from '../../bench/receipts/figures.mjs';

const measured = (warmS: number, rssMb: number) => ({
  ours: { coldS: 2 * warmS, warmS, warmCpuS: 1.5 * warmS, rssMb },
  snarkjs: { coldS: 9, warmS: 8, warmCpuS: 7, rssMb: 999 },
  ratios: { warm: 3 },
});
const overhead = { 10: { stepPath: 0.1 }, 50: { stepPath: 0.05 }, 100: { stepPath: 0.01 } };
const verification = { verifyMs: 8, batch1000S: 1.2 };

it('figures of receipts have the names others read, and memory is that of 64 steps', () => {
  const figures = figuresOf(
    { 16: measured(0.2, 190), 64: measured(0.7, 250), 128: measured(2, 550) },
    verification,
    overhead,
  );
  expect(figures).toMatchObject({
    prove16WarmS: 0.2,
    prove64WarmS: 0.7,
    prove64ColdS: 1.4,
    snarkjs64WarmS: 8,
    prove64Ratio: 3,
    verifyMs: 8,
    batch1000S: 1.2,
    stepOverhead: 0.05,
    stepOverhead100: 0.01,
    rssMb: 250,
    rss128Mb: 550,
  });
});

it('memory is that of the largest run where none of 64 steps was measured', () =>
  expect(figuresOf({ 8: measured(0.1, 180), 16: measured(0.2, 190) }, verification, overhead)['rssMb']).toBe(
    190,
  ));
