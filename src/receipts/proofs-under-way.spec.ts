import { expect, it } from '@jest/globals';
import { ProofsUnderWay } from './proofs-under-way.js';

const at = { stage: 'proving', done: 0.5 } as const;

it('the newest that was told of a proof is what is known of it', () => {
  const proofs = new ProofsUnderWay({ now: () => 0 });
  expect(proofs.of('rcpt_1')).toBeUndefined();
  proofs.learn('rcpt_1', { stage: 'witness', done: 0 });
  proofs.learn('rcpt_1', at);
  expect(proofs.of('rcpt_1')).toEqual(at);
});

it('a proof of which nothing was heard for five minutes is not said to be under way', () => {
  const clock = { time: 0, now: () => clock.time };
  const proofs = new ProofsUnderWay(clock);
  proofs.learn('rcpt_1', at);
  clock.time = 299_999;
  expect(proofs.of('rcpt_1')).toEqual(at);
  clock.time = 300_000;
  expect(proofs.of('rcpt_1')).toBeUndefined();
});

it('a thousand are remembered, those that were heard of last', () => {
  const proofs = new ProofsUnderWay({ now: () => 0 });
  for (let i = 0; i <= 1_000; i++) {
    proofs.learn('rcpt_first', at);
    proofs.learn(`rcpt_${i}`, at);
  }
  expect(proofs.of('rcpt_1')).toBeUndefined();
  expect([proofs.of('rcpt_first'), proofs.of('rcpt_1000')]).toEqual([at, at]);
});
