import { createRequire } from 'node:module';

/** wasmcurves' compiled BN254: for the few operations that do not come by the thousand, and for the pairing. */
const build = createRequire(import.meta.url)('wasmcurves/build/bn128_wasm.js');

const PAGES = 32;
const FT = 384;
export const GROUP = {
  g1: { prefix: 'g1m', affine: 64, jacobian: 96 },
  g2: { prefix: 'g2m', affine: 128, jacobian: 192 },
};

/** An instance, whose memory is taken in order and given back down to a mark. */
export class Curve {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: PAGES });
    const module = new WebAssembly.Module(Buffer.from(build.code, 'base64'));
    this.wasm = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports;
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  /** Runs something and gives back the memory it took. */
  within(work) {
    const free = new Uint32Array(this.memory.buffer, 0, 1);
    const mark = free[0];
    try {
      return work();
    } finally {
      free[0] = mark;
    }
  }

  take(size) {
    const free = new Uint32Array(this.memory.buffer, 0, 1);
    const at = (free[0] + 7) & ~7;
    free[0] = at + size;
    return at;
  }

  put(bytes) {
    const at = this.take(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  putScalar(value) {
    const at = this.take(32);
    const view = new DataView(this.memory.buffer, at);
    for (let i = 0, rest = value; i < 4; i++, rest >>= 64n)
      view.setBigUint64(8 * i, BigInt.asUintN(64, rest), true);
    return at;
  }

  /** @param group one of GROUP */
  zero({ prefix, jacobian }) {
    const at = this.take(jacobian);
    this.wasm[`${prefix}_zero`](at);
    return at;
  }

  /** @param affine bytes as a proving key has them @returns address of the Jacobian point */
  point({ prefix, jacobian }, affine) {
    const [from, at] = [this.put(affine), this.take(jacobian)];
    this.wasm[`${prefix}_toJacobian`](from, at);
    return at;
  }

  add({ prefix, jacobian }, a, b) {
    const at = this.take(jacobian);
    this.wasm[`${prefix}_add`](a, b, at);
    return at;
  }

  times({ prefix, jacobian }, point, scalar) {
    const at = this.take(jacobian);
    this.wasm[`${prefix}_timesScalar`](point, this.putScalar(scalar), 32, at);
    return at;
  }

  /** @returns affine coordinates as plain numbers, in order */
  coordinates({ prefix, affine, jacobian }, point) {
    const at = this.take(jacobian);
    this.wasm[`${prefix}_toAffine`](point, at);
    this.wasm[`${prefix}_fromMontgomeryAffine`](at, at);
    return Array.from({ length: affine / 32 }, (_, i) => this.number(at + 32 * i));
  }

  number(at) {
    return BigInt(
      `0x${Buffer.from(this.bytes.slice(at, at + 32))
        .reverse()
        .toString('hex')}`,
    );
  }

  /** Whether the product of the pairings of all pairs [point of G1, point of G2] is one. */
  pairsToOne(pairs) {
    return this.within(() => {
      const { wasm } = this;
      const [product, factor, normal] = [this.take(FT), this.take(FT), this.take(GROUP.g1.jacobian)];
      const [p, q] = [this.take(build.prePSize), this.take(build.preQSize)];
      wasm.ftm_one(product);
      for (const [a, b] of pairs) {
        wasm.g1m_normalize(a, normal);
        wasm.bn128_prepareG1(normal, p);
        wasm.bn128_prepareG2(b, q);
        wasm.bn128_millerLoop(p, q, factor);
        wasm.ftm_mul(product, factor, product);
      }
      wasm.bn128_finalExponentiation(product, factor);
      return wasm.ftm_isOne(factor) === 1;
    });
  }
}

/**
 * Puts a multi-scalar multiplication together from its windows, the lowest first.
 * @param windows of each the last bucket and the sums of odd ones, as `windowSums` leaves them
 */
export function weigh(curve, group, windows, bits) {
  const { prefix } = group;
  const { wasm } = curve;
  const total = curve.zero(group);
  const sum = curve.take(group.jacobian);
  const negative = curve.take(group.affine);
  const put = (affine) => curve.bytes.set(affine, negative);
  for (const [last, ...odds] of windows.toReversed()) {
    for (let bit = 0; bit < bits; bit++) wasm[`${prefix}_double`](total, total);
    wasm[`${prefix}_zero`](sum);
    if (last) {
      put(last);
      wasm[`${prefix}_addMixed`](sum, negative, sum);
    }
    for (const odd of odds) {
      wasm[`${prefix}_double`](sum, sum);
      if (!odd) continue;
      put(odd);
      wasm[`${prefix}_negAffine`](negative, negative);
      wasm[`${prefix}_addMixed`](sum, negative, sum);
    }
    wasm[`${prefix}_add`](total, sum, total);
  }
  return total;
}
