import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { bn254 } from '@noble/curves/bn254.js';
import { failing } from '../../src/verifier/bisect.js';
import { MODULUS } from '../../src/verifier/groth16-parser.js';
import { verifyReceipts } from '../../src/verifier/index.js';
import { Bn254Memory, SIZE } from '../../src/verifier/wasm/bn254-memory.js';
import { Bn254Points } from '../../src/verifier/wasm/bn254-points.js';
import { openWasmPairing } from '../../src/verifier/wasm/wasm-pairing.js';
import { sampleIssuer } from '../kit/sample-issuer.js';

const golden = (name: string): Uint8Array =>
  readFileSync(new URL(`../golden/receipts/${name}.json`, import.meta.url));
const pairing = await openWasmPairing();
const options = { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true, pairing };
const good = golden('zero-knowledge');
const other = golden('zero-knowledge-concealed');
const read = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));
const write = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A true statement with the proof of another: only the pairing can tell. */
const swapped = (parts: readonly string[]): Uint8Array => {
  const receipt = read(good);
  const { proof } = read(other).proof;
  for (const part of parts) receipt.proof.proof[part] = proof[part];
  return write(receipt);
};
const bad = swapped(['pi_a', 'pi_b', 'pi_c']);

const invalid = async (documents: readonly Uint8Array[]) =>
  (await verifyReceipts(documents, options)).flatMap(({ valid }, i) => (valid ? [] : [i]));

describe('many receipts together', () => {
  it('hold when each does', async () => {
    expect(await invalid([good, other, golden('basic'), golden('basic-failed'), good])).toEqual([]);
  });

  it('are told apart: of forty the three bad ones are named, with their reason', async () => {
    const documents = Array.from({ length: 40 }, (_, i) => ([7, 8, 39].includes(i) ? bad : good));
    const verdicts = await verifyReceipts(documents, options);
    expect(verdicts.flatMap(({ valid }, i) => (valid ? [] : [i]))).toEqual([7, 8, 39]);
    expect(verdicts[7]!.checks.at(-1)).toEqual({
      name: 'proof',
      required: true,
      passed: false,
      reason: 'The proof does not hold for these public signals.',
    });
  });

  it('cannot make up for each other: two whose errors cancel are both refused', async () => {
    // C moved by the same point there and back: their sum is what it should be
    const [x, y] = read(good).proof.proof.pi_c.map(BigInt);
    const c = bn254.G1.Point.fromAffine({ x, y });
    const moved = [c.add(bn254.G1.Point.BASE), c.subtract(bn254.G1.Point.BASE)].map((point) => {
      const receipt = read(good);
      const affine = point.toAffine();
      receipt.proof.proof.pi_c = [affine.x.toString(), affine.y.toString(), '1'];
      return write(receipt);
    });
    expect(await invalid([good, ...moved, good])).toEqual([1, 2]);
  });

  it('may be all bad, or none', async () => {
    expect(await invalid([bad, bad, bad])).toEqual([0, 1, 2]);
    expect(await verifyReceipts([], options)).toEqual([]);
  });

  it('are each judged by what is written in them, whatever else is among them', async () => {
    const rubbish = [
      write(null),
      new Uint8Array(),
      write({ format: 'quittance-receipt/9' }),
      swapped(['pi_b']),
    ];
    expect(await invalid([...rubbish, good])).toEqual([0, 1, 2, 3]);
  });
});

describe('the search for bad ones', () => {
  it.each([
    [0, []],
    [1, []],
    [1, [0]],
    [7, [3]],
    [8, [0, 7]],
    [100, [4, 50, 99]],
    [5, [0, 1, 2, 3, 4]],
  ])('among %i finds %j', (count, wanted) => {
    const isBad = (from: number, to: number) => wanted.some((i) => i >= from && i < to);
    expect(failing(count, (from, to) => !isBad(from, to))).toEqual(wanted);
  });

  it('asks a few questions for a few bad ones', () => {
    let questions = 0;
    failing(1_000, (from, to) => {
      questions++;
      return !(from <= 500 && to > 500);
    });
    expect(questions).toBeLessThan(20);
  });
});

describe('the subgroup of the twist', () => {
  it('is told by the short test as by the order of the group', async () => {
    const memory = await Bn254Memory.open();
    const points = new Bn254Points(memory);
    const at = memory.take(SIZE.g2);
    const { Fp2 } = bn254.fields;
    let [inside, outside] = [0, 0];
    for (let i = 1n; outside < 5; i++) {
      const x = { c0: i, c1: i * i };
      let y: typeof x;
      try {
        y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), bn254.G2.Point.CURVE().b));
      } catch {
        continue; // no point has this x
      }
      // multiplied by the cofactor, any point of the twist comes into the subgroup
      const point = bn254.G2.Point.fromAffine({ x, y });
      const cofactor = 2n * MODULUS - bn254.fields.Fr.ORDER;
      for (const each of [point, multiple(point, cofactor)]) {
        expect(points.putG2(each.toAffine(), at)).toBe(each.isTorsionFree());
        if (each.isTorsionFree()) inside++;
        else outside++;
      }
    }
    expect([inside, outside]).toEqual([5, 5]);
  });

  /** by doubling, since the library reduces scalars modulo the order, which such points do not have */
  function multiple(point: InstanceType<typeof bn254.G2.Point>, by: bigint) {
    let sum = bn254.G2.Point.ZERO;
    for (const bit of by.toString(2)) {
      sum = sum.double();
      if (bit === '1') sum = sum.add(point);
    }
    return sum;
  }
});
