import { bn254 } from '@noble/curves/bn254.js';
import { FIELD } from '../kernel/commitments/field.js';
import { Refusal } from '../kernel/errors.js';
import { type AffineG1, type AffineG2, MODULUS, type ParsedProof } from './groth16-parser.js';
import { DOES_NOT_HOLD, noPointOfGroup, type Pairing, type PairingKey } from './pairing.js';
import { type ParsedKey, parseKey } from './verification-keys.js';

type G1 = InstanceType<typeof bn254.G1.Point>;
type G2 = InstanceType<typeof bn254.G2.Point>;

const WINDOW_BITS = 6;

/**
 * Plain JavaScript, wherever there is any, and nothing in common with the prover. One proof at a time, some twenty
 * milliseconds each.
 */
export const noblePairing: Pairing = {
  open(pinned): PairingKey {
    const key = openKey(parseKey(pinned));
    return {
      complaints: (proofs) =>
        proofs.map((proof) => {
          try {
            return holds(key, proof) ? undefined : DOES_NOT_HOLD;
          } catch (error) {
            if (error instanceof Refusal) return error.message;
            throw error;
          }
        }),
    };
  },
};

/** e(alpha, beta) is the same for every proof. */
const openKey = ({ alpha, beta, gamma, delta, ic }: ParsedKey) => ({
  alphaBeta: bn254.pairing(pointG1(alpha, 'alpha'), pointG2(beta, 'beta')),
  gamma: pointG2(gamma, 'gamma'),
  delta: pointG2(delta, 'delta'),
  // tables are built at the first multiplication; later ones take a quarter of the time
  ic: ic.map((point, i) => pointG1(point, `IC ${i}`).precompute(WINDOW_BITS, true)),
});

/** e(A, B) = e(alpha, beta) · e(sum of signals, gamma) · e(C, delta) */
function holds(key: ReturnType<typeof openKey>, proof: ParsedProof): boolean {
  const a = pointG1(proof.a, 'A');
  const c = pointG1(proof.c, 'C');
  const b = pointG2(proof.b, 'B');
  let sum = key.ic[0]!;
  proof.signals.forEach((signal, i) => {
    // the library refuses to multiply by zero
    if (signal !== 0n) sum = sum.add(key.ic[i + 1]!.multiplyUnsafe(signal));
  });
  const pairs = [
    { g1: a.negate(), g2: b },
    { g1: sum, g2: key.gamma },
    { g1: c, g2: key.delta },
  ];
  const { Fp12 } = bn254.fields;
  // a pairing with the point at infinity is one, and the library refuses it
  const product = bn254.pairingBatch(pairs.filter(({ g1 }) => !g1.is0()));
  return Fp12.eql(Fp12.mul(product, key.alphaBeta), Fp12.ONE);
}

const pointG1 = (point: AffineG1, what: string): G1 => ofGroup(() => bn254.G1.Point.fromAffine(point), what);
const pointG2 = (point: AffineG2, what: string): G2 => ofGroup(() => bn254.G2.Point.fromAffine(point), what);

/** On the curve, and in the subgroup of prime order. */
function ofGroup<P extends { assertValidity(): void }>(make: () => P, what: string): P {
  try {
    const point = make();
    point.assertValidity();
    return point;
  } catch (cause) {
    throw new Refusal('MALFORMED_PROOF', noPointOfGroup(what), { what }, 'terminal', { cause });
  }
}

/** The pairing library and ours must mean the same fields. */
if (bn254.fields.Fr.ORDER !== FIELD || bn254.fields.Fp.ORDER !== MODULUS)
  throw new Error('the fields of the pairing library are others');
