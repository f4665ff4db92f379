import { describe, expect, it } from '@jest/globals';
import { verifyReceipts } from '../../src/verifier/index.js';
import { families } from '../kit/mutants/families.js';
import { hunt, mutants, optionsFor } from '../kit/mutants/hunt.js';
import { opensNothing, originals } from '../kit/mutants/originals.js';
import { sameDocument } from '../kit/mutants/same-document.js';
import { at, type Node, places, replaced, without, written } from '../kit/mutants/tree.js';
import { Random } from '../simulation/random.js';

const judged = async (original: (typeof originals)[number], text: string) =>
  (await verifyReceipts([new TextEncoder().encode(text)], optionsFor(original)))[0]!;

/** More of them by `npm run test:mutants -- --count 20000 --seed 7`. */
const COUNT = 1_500;

describe('a receipt that was changed', () => {
  it.each(originals.map((original) => [original.name, original] as const))(
    'was valid before: %s',
    async (_, original) => {
      expect(
        (await judged(original, written(original.document))).checks.filter((c) => c.required && !c.passed),
      ).toEqual([]);
    },
  );

  it(`is refused with its reason, in any of ${COUNT} ways, and crashes nothing`, async () => {
    const { tried, escaped } = await hunt(1, COUNT);
    expect(escaped.map(({ mutant, why }) => [mutant.family, mutant.original.name, why])).toEqual([]);
    expect(Object.keys(tried).sort()).toEqual(Object.keys(families).sort());
    for (const number of Object.values(tried)) expect(number).toBeGreaterThan(30);
  });

  it('is the same one for the same seed, so that what escaped is found again', () => {
    const texts = (seed: number) =>
      [...mutants(seed, 60)].map(({ bytes }) => Buffer.from(bytes).toString('base64'));
    expect(texts(5)).toEqual(texts(5));
    expect(texts(5)).not.toEqual(texts(6));
  });

  it('is judged alike in a batch and alone, by two pairings that share nothing', async () => {
    const ofProofs = [...mutants(3, 700)].filter(({ original }) =>
      original.name.startsWith('zero-knowledge'),
    );
    const batch = [...ofProofs.slice(0, 60).map(({ bytes }) => bytes), ...proven];
    const { pairing, ...independent } = optionsFor(originals[2]!);
    const together = await verifyReceipts(batch, { ...independent, pairing: pairing! });
    const apart = await verifyReceipts(batch, independent);
    expect(apart.map(({ valid }) => valid)).toEqual([...Array.from({ length: 60 }, () => false), true, true]);
    expect(together).toEqual(apart);
  });
});

const proven = originals
  .filter(({ name }) => name.startsWith('zero-knowledge'))
  .map(({ document }) => new TextEncoder().encode(written(document)));

describe('a receipt written otherwise', () => {
  const cases = Object.keys(sameDocument).flatMap((way) =>
    originals.map((original) => [way, original] as const),
  );

  it.each(cases)('is the same receipt: %s', async (way, original) => {
    const random = new Random(11);
    const text = sameDocument[way]!(random, original);
    expect(text).not.toBe(written(original.document));
    expect(await judged(original, text)).toEqual(await judged(original, written(original.document)));
  });
});

describe('what a receipt does not bind', () => {
  it('is the order of the steps one depends on, for they are a set', async () => {
    const original = originals[0]!;
    const path = ['disclosure', 'steps', 4, 'dependencies'];
    const ids = at(original.document, path) as Node[];
    expect(ids.length).toBeGreaterThan(1);
    const turned = replaced(original.document, path, ids.toReversed());
    expect(await judged(original, written(turned))).toMatchObject({ valid: true });
  });

  it.each(originals.map((original) => [original.name, original] as const))(
    'is a salt that opens nothing, and nothing else: %s',
    async (_, original) => {
      const free = places(original.document).filter(({ path }) => opensNothing(original, path));
      for (const { path, value } of free) {
        if (typeof value !== 'string') {
          // both salts of a step without contents may as well not be there
          expect(await judged(original, written(without(original.document, path)))).toMatchObject({
            valid: true,
          });
          continue;
        }
        const other = written(replaced(original.document, path, '12345'));
        expect([path, (await judged(original, other)).valid]).toEqual([path, true]);
        const wrong = written(replaced(original.document, path, '012345'));
        expect([path, (await judged(original, wrong)).valid]).toEqual([path, false]);
      }
    },
  );
});

describe('what mutants found', () => {
  const basic = originals[0]!;
  const changed = (path: readonly (string | number)[], value: Node) =>
    judged(basic, written(replaced(basic.document, path, value)));

  it('a letter among the digits of a commitment is refused, and once crashed the verifier', async () => {
    const { checks } = await changed(['disclosure', 'planSalt'], '12x4');
    expect(checks).toMatchObject([{ name: 'format', passed: false }]);
    expect(checks[0]!.reason).toContain(
      'disclosure.planSalt: not a canonical decimal below the order of the field',
    );
  });

  it('zero in place of a commitment that is not there is refused, though it hashes alike', async () => {
    for (const name of ['inputCommitment', 'outputCommitment']) {
      const path = ['disclosure', 'steps', 3, name];
      expect(at(basic.document, path)).toBeNull();
      expect((await changed(path, '0')).checks[0]!.reason).toContain('zero is no commitment');
    }
  });

  it('a step that depends on another twice is refused, though it hashes alike', async () => {
    const { checks } = await changed(['disclosure', 'steps', 1, 'dependencies'], ['step_1', 'step_1']);
    expect(checks[0]!.reason).toContain('stands there twice');
  });

  it('salts of a step that is not disclosed are refused', async () => {
    const { checks } = await changed(['openings', 'step_9'] as never, { input: '1', output: '2' });
    expect(checks.find(({ name }) => name === 'openings')).toMatchObject({
      passed: false,
      reason: 'There are salts of step_9, which is no disclosed step.',
    });
  });
});
