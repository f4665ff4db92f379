import { GROUP } from './curve.mjs';

/** The part of a proving key that verifies, as snarkjs exports it. */
export function verificationKeyOf(curve, key) {
  const coordinates = (group, bytes) =>
    curve.within(() => curve.coordinates(group, curve.point(group, bytes)).map(String));
  const first = (bytes) => [...coordinates(GROUP.g1, bytes), '1'];
  const second = (bytes) => {
    const [x0, x1, y0, y1] = coordinates(GROUP.g2, bytes);
    return [
      [x0, x1],
      [y0, y1],
      ['1', '0'],
    ];
  };
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: key.publics,
    vk_alpha_1: first(key.alpha1),
    vk_beta_2: second(key.beta2),
    vk_gamma_2: second(key.gamma2),
    vk_delta_2: second(key.delta2),
    IC: Array.from({ length: key.publics + 1 }, (_, i) => first(key.ic.subarray(64 * i, 64 * i + 64))),
  };
}
