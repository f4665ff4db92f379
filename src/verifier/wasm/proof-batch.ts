import { FIELD } from '../../kernel/commitments/field.js';
import type { ParsedProof } from '../groth16-parser.js';
import type { ParsedKey } from '../verification-keys.js';
import { type Bn254Memory, SIZE } from './bn254-memory.js';
import type { Bn254Points } from './bn254-points.js';
import { millerLoops, type PreparedPair } from './miller-loops.js';

const COEFFICIENT_BYTES = 16;

/** Addresses of a key's points. */
export interface KeyInMemory {
  /** Jacobian, negated */
  readonly minusAlpha: number;
  /** Miller loop of minus alpha and beta */
  readonly alphaBeta: number;
  readonly beta: number;
  readonly gamma: number;
  readonly delta: number;
  /** affine, one after the other */
  readonly ic: number;
  readonly icCount: number;
}

/** @param refuse called with the name of a point that is none of its group */
export function putKey(
  memory: Bn254Memory,
  points: Bn254Points,
  parsed: ParsedKey,
  refuse: (what: string) => never,
): KeyInMemory {
  const { curve } = memory;
  const prepared = (what: 'beta' | 'gamma' | 'delta'): number => {
    const at = memory.take(SIZE.preparedG2);
    const point = memory.take(SIZE.g2);
    if (!points.putG2(parsed[what], point)) refuse(what);
    curve.bn128_prepareG2(point, at);
    return at;
  };
  const icCount = parsed.ic.length;
  const ic = memory.take(icCount * SIZE.affineG1);
  parsed.ic.forEach((point, i) => {
    if (!points.putG1(point, ic + i * SIZE.affineG1)) refuse(`IC ${i}`);
  });
  const affine = memory.take(SIZE.affineG1);
  if (!points.putG1(parsed.alpha, affine)) refuse('alpha');
  const minusAlpha = memory.take(SIZE.g1);
  curve.g1m_toJacobian(affine, minusAlpha);
  curve.g1m_neg(minusAlpha, minusAlpha);
  const [beta, gamma, delta] = [prepared('beta'), prepared('gamma'), prepared('delta')];
  const alphaBeta = memory.take(SIZE.ft);
  millerLoop(memory, minusAlpha, beta, alphaBeta);
  return { minusAlpha, alphaBeta, beta, gamma, delta, ic, icCount };
}

/** @param p Jacobian @param q prepared */
function millerLoop(memory: Bn254Memory, p: number, q: number, to: number): void {
  const mark = memory.mark();
  memory.curve.bn128_millerLoop(preparedG1(memory, p), q, to);
  memory.release(mark);
}

/** @param p Jacobian */
function preparedG1(memory: Bn254Memory, p: number): number {
  const prepared = memory.take(SIZE.preparedG1);
  const normal = memory.take(SIZE.g1);
  memory.curve.g1m_normalize(p, normal);
  memory.curve.bn128_prepareG1(normal, prepared);
  return prepared;
}

/**
 * Proofs under one key, each with a coefficient ρ of its own. All hold, but for one chance in 2^128, when
 *
 *   ∏ e(ρᵢAᵢ, Bᵢ) · e(−Σρᵢ·α, β) · e(−Σρᵢ·ICᵢ, γ) · e(−Σρᵢ·Cᵢ, δ) = 1
 *
 * What depends on one proof alone is computed as it is added; asking about any part then takes three Miller loops and
 * one final exponentiation (Ferrara, Green, Hohenberger, Pedersen: practical short signature batch verification).
 */
export class ProofBatch {
  private readonly millers: number;
  /** affine */
  private readonly cs: number;
  private readonly coefficients: number;
  /** room for the points of a proof that is alone, which shares a loop with those of the key */
  private readonly alone: PreparedPair | undefined;
  /** for each proof its coefficient, and that times each of its signals */
  private readonly weights: (readonly bigint[])[] = [];

  /** @param most proofs it has room for */
  constructor(
    private readonly memory: Bn254Memory,
    private readonly points: Bn254Points,
    private readonly key: KeyInMemory,
    most: number,
  ) {
    this.millers = memory.take(most * SIZE.ft);
    this.cs = memory.take(most * SIZE.affineG1);
    this.coefficients = memory.take(most * COEFFICIENT_BYTES + SIZE.scalar);
    if (most === 1) this.alone = { p: memory.take(SIZE.preparedG1), q: memory.take(SIZE.preparedG2) };
  }

  /** @returns the name of a point that is none of its group; the proof is then not added */
  add(proof: ParsedProof, coefficient: bigint): 'A' | 'B' | 'C' | undefined {
    const { memory, points } = this;
    const { curve } = memory;
    const n = this.weights.length;
    const mark = memory.mark();
    try {
      const affine = memory.take(SIZE.affineG1);
      const a = memory.take(SIZE.g1);
      if (!points.putG1(proof.a, affine)) return 'A';
      curve.g1m_toJacobian(affine, a);
      if (!points.putG1(proof.c, this.cs + n * SIZE.affineG1)) return 'C';
      const b = memory.take(SIZE.g2);
      if (!points.putG2(proof.b, b)) return 'B';
      // 32 bytes are written, of which the next coefficient takes the upper half
      const scalar = this.coefficients + n * COEFFICIENT_BYTES;
      memory.put(scalar, coefficient);
      if (coefficient !== 1n) curve.g1m_timesScalar(a, scalar, COEFFICIENT_BYTES, a);
      const prepared = this.alone?.q ?? memory.take(SIZE.preparedG2);
      curve.bn128_prepareG2(b, prepared);
      if (this.alone) {
        curve.g1m_normalize(a, a);
        curve.bn128_prepareG1(a, this.alone.p);
      } else millerLoop(memory, a, prepared, this.millers + n * SIZE.ft);
    } finally {
      memory.release(mark);
    }
    this.weights.push([coefficient, ...proof.signals.map((signal) => (coefficient * signal) % FIELD)]);
    return undefined;
  }

  /** Whether all from `from` up to but without `to` hold. */
  holds(from: number, to: number): boolean {
    const { memory, key } = this;
    const { curve } = memory;
    const mark = memory.mark();
    const product = memory.take(SIZE.ft);
    const factor = memory.take(SIZE.ft);
    const pairs: PreparedPair[] = this.alone ? [this.alone] : [];
    const pair = (p: number, q: number) => pairs.push({ p: preparedG1(memory, p), q });
    const sums = this.sums(from, to);
    pair(this.minusSignals(sums), key.gamma);
    pair(this.minusCs(from, to), key.delta);
    if (sums[0] !== 1n) pair(this.scaledAlpha(sums[0]!), key.beta);
    millerLoops(memory, pairs, product);
    if (sums[0] === 1n) curve.ftm_mul(product, key.alphaBeta, product);
    if (!this.alone)
      for (let i = from; i < to; i++) curve.ftm_mul(product, this.millers + i * SIZE.ft, product);
    curve.bn128_finalExponentiation(product, factor);
    const holds = curve.ftm_isOne(factor) === 1;
    memory.release(mark);
    return holds;
  }

  /** modulo the group's order, column by column */
  private sums(from: number, to: number): readonly bigint[] {
    const sums = new Array<bigint>(this.key.icCount).fill(0n);
    for (const weights of this.weights.slice(from, to))
      for (let column = 0; column < sums.length; column++) sums[column]! += weights[column]!;
    return sums.map((sum) => sum % FIELD);
  }

  private scaledAlpha(sum: bigint): number {
    const { memory, key } = this;
    const at = memory.take(SIZE.g1);
    const scalar = memory.take(SIZE.scalar);
    memory.put(scalar, sum);
    memory.curve.g1m_timesScalar(key.minusAlpha, scalar, SIZE.scalar, at);
    return at;
  }

  private minusSignals(sums: readonly bigint[]): number {
    const { memory, key } = this;
    const at = memory.take(SIZE.g1);
    const scalars = memory.take(sums.length * SIZE.scalar);
    memory.putAll(scalars, sums);
    memory.curve.g1m_multiexpAffine(key.ic, scalars, SIZE.scalar, key.icCount, at);
    memory.curve.g1m_neg(at, at);
    return at;
  }

  private minusCs(from: number, to: number): number {
    const { memory } = this;
    const at = memory.take(SIZE.g1);
    const points = this.cs + from * SIZE.affineG1;
    const scalars = this.coefficients + from * COEFFICIENT_BYTES;
    memory.curve.g1m_multiexpAffine(points, scalars, COEFFICIENT_BYTES, to - from, at);
    memory.curve.g1m_neg(at, at);
    return at;
  }
}
