import type { Threads } from './threads.mjs';

export class ResidentKey {
  static open(zkey: Uint8Array, threads: Threads): Promise<ResidentKey>;
  readonly verificationKey: object;
  prove(
    witness: Uint8Array,
    blinding?: readonly [r: bigint, s: bigint],
    tell?: (stage: 'proving' | 'verifying', done: number) => void,
  ): Promise<{ readonly proof: Groth16Proof; readonly publicSignals: readonly string[] }>;
}

interface Groth16Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
  readonly protocol: 'groth16';
  readonly curve: 'bn128';
}
