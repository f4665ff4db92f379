import { type AffineG1, type AffineG2, MODULUS } from '../groth16-parser.js';
import { type Bn254Memory, SIZE } from './bn254-memory.js';

/** The number the curve is made from: its moduli are polynomials of it. */
const X = 4_965_661_367_192_848_881n;
const X_BYTES = 8;

/** Puts points into memory and says whether they belong to their groups. */
export class Bn254Points {
  private readonly x: number;
  /** (9 + u)^((q - 1) / 3) and ^((q - 1) / 2): what turns Frobenius on the curve into one on the twist */
  private readonly twist: readonly [number, number];

  constructor(private readonly memory: Bn254Memory) {
    this.x = memory.take(SIZE.scalar);
    memory.put(this.x, X);
    this.twist = [this.rootOfTwist((MODULUS - 1n) / 3n), this.rootOfTwist((MODULUS - 1n) / 2n)];
  }

  /** Affine. @returns whether it lies on the curve, all of which is the group */
  putG1({ x, y }: AffineG1, to: number): boolean {
    const { memory } = this;
    memory.put(to, x);
    memory.put(to + SIZE.scalar, y);
    memory.curve.g1m_toMontgomeryAffine(to, to);
    return memory.curve.g1m_inCurveAffine(to) === 1;
  }

  /** Jacobian. @returns whether it lies on the twist and in its subgroup of prime order */
  putG2({ x, y }: AffineG2, to: number): boolean {
    const { memory } = this;
    const mark = memory.mark();
    const affine = memory.take(SIZE.affineG2);
    memory.putAll(affine, [x.c0, x.c1, y.c0, y.c1]);
    memory.curve.g2m_toMontgomeryAffine(affine, affine);
    const isOnTwist = memory.curve.g2m_inCurveAffine(affine) === 1;
    memory.curve.g2m_toJacobian(affine, to);
    const isOfGroup = isOnTwist && this.isInSubgroup(to);
    memory.release(mark);
    return isOfGroup;
  }

  /**
   * [x + 1]Q + ψ([x]Q) + ψ²([x]Q) = ψ³([2x]Q) holds for points of the subgroup alone and takes a scalar a quarter as
   * long as the group's order (Dai, Lin, Zhao, Zhou: eprint 2022/348).
   */
  private isInSubgroup(point: number): boolean {
    const { memory } = this;
    const { curve } = memory;
    const [multiple, image, sum, right] = [0, 1, 2, 3].map(() => memory.take(SIZE.g2)) as Four;
    curve.g2m_timesScalar(point, this.x, X_BYTES, multiple);
    curve.g2m_add(multiple, point, sum);
    this.frobenius(multiple, image);
    curve.g2m_add(sum, image, sum);
    this.frobenius(image, image);
    curve.g2m_add(sum, image, sum);
    this.frobenius(image, image);
    curve.g2m_double(image, right);
    return curve.g2m_eq(sum, right) === 1;
  }

  /** ψ in Jacobian coordinates; `to` may be `from` */
  private frobenius(from: number, to: number): void {
    const { curve } = this.memory;
    const [x, y, z] = [0, SIZE.f2, 2 * SIZE.f2] as const;
    for (const part of [x, y, z]) curve.f2m_conjugate(from + part, to + part);
    curve.f2m_mul(to + x, this.twist[0], to + x);
    curve.f2m_mul(to + y, this.twist[1], to + y);
  }

  private rootOfTwist(exponent: bigint): number {
    const { memory } = this;
    const to = memory.take(SIZE.f2);
    const base = memory.take(SIZE.f2);
    const power = memory.take(SIZE.scalar);
    memory.put(base, 9n);
    memory.put(base + SIZE.scalar, 1n);
    memory.curve.f2m_toMontgomery(base, base);
    memory.put(power, exponent);
    memory.curve.f2m_exp(base, power, SIZE.scalar, to);
    return to;
  }
}

type Four = [number, number, number, number];
