export interface Groth16Proof {
  readonly protocol: 'groth16';
  readonly curve: 'bn128';
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
}

export interface ProofResult {
  readonly circuitId: string;
  readonly circuitVersion: string;
  readonly proof: Groth16Proof;
  /** canonical decimals, in the circuit's order */
  readonly publicSignals: readonly string[];
  /** SHA-256 of the canonical verification key */
  readonly vkeyHash: string;
  readonly keyKind: 'development' | 'production';
}

export type CircuitInputs = Readonly<Record<string, string | readonly string[]>>;

/** How far a proof is. `preparing`: a circuit is compiled, or its key built, for the first time. */
export interface ProvingProgress {
  readonly stage: 'preparing' | 'witness' | 'proving' | 'verifying';
  /** share of the stage that is done, from 0 to 1 */
  readonly done: number;
  /** of a chain of proofs the one that is being made, from 1; absent where one proof is all */
  readonly part?: { readonly number: number; readonly of: number };
}

/** Makes proofs outside the API process. A proof is verified before it is handed out. */
export interface Prover {
  /**
   * Builds the keys that are not there yet, at once, and loads the others when it is `calm`: a second of the processor
   * that only a first proof waits for.
   * @param progress says what it does and how long it may take
   */
  prepare(progress?: (message: string) => void, calm?: () => Promise<void>): Promise<void>;
  /** @throws Refusal PROOF_FAILED (terminal: the witness does not satisfy the circuit) or PROVER_LOST (retryable) */
  prove(
    circuitId: string,
    inputs: CircuitInputs,
    progress?: (progress: ProvingProgress) => void,
  ): Promise<ProofResult>;
  circuits(): Promise<readonly CircuitDescription[]>;
  close(): Promise<void>;
}

export interface CircuitDescription {
  readonly circuitId: string;
  readonly circuitVersion: string;
  readonly slots: number;
  readonly publicSignals: readonly string[];
  readonly verificationKey: unknown;
  readonly vkeyHash: string;
  readonly keyKind: 'development' | 'production';
}
