import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import type {
  CircuitDescription,
  CircuitInputs,
  ProofResult,
  Prover,
  ProvingProgress,
} from '../../ports/prover.js';
import { type CircuitFiles, circuitFiles } from './circuit-files.js';
import { packageRoot } from './package-root.js';
import { type ResidentLimits, ResidentProcess } from './resident-process.js';
import { readVerificationKey, verificationKeyHash } from './verification-key.js';

export type ProverBackend = 'wasm' | 'snarkjs';

export interface SnarkjsProverOptions {
  /** folder for proving keys; `QUITTANCE_CACHE`, or .cache/zk in the package */
  readonly cache?: string;
  /** what makes the proofs: `wasm` is ours and the faster, `snarkjs` the reference it is held against */
  readonly backend?: ProverBackend;
  /** of the development keys */
  readonly seed?: string;
  readonly limits?: Partial<ResidentLimits>;
  /** told what is compiled or built on first use, and how long that may take */
  readonly progress?: (message: string) => void;
}

const LIMITS: ResidentLimits = {
  timeoutMs: 120_000,
  queue: 1_000,
  memoryBytes: 1024 * 1024 * 1024,
  deaths: 2,
};

/** what a circuit may take that is compiled and keyed on first use, in times of a proof's limit */
const FIRST_USE = 5;

const proofSchema = z.object({
  proof: z.object({
    protocol: z.literal('groth16'),
    curve: z.literal('bn128'),
    pi_a: z.array(z.string()),
    pi_b: z.array(z.array(z.string())),
    pi_c: z.array(z.string()),
  }),
  publicSignals: z.array(z.string()),
});

const loadedSchema = z.object({ verificationKey: z.unknown() });

/** Groth16 over keys and circuits in snarkjs's formats, in a process of its own. */
export class SnarkjsProver implements Prover {
  private readonly process: ResidentProcess;
  private readonly files: readonly CircuitFiles[];
  private readonly progress: ((message: string) => void) | undefined;
  private readonly described = new Map<string, Promise<CircuitDescription>>();

  constructor(options: SnarkjsProverOptions = {}) {
    const root = packageRoot();
    this.progress = options.progress;
    const cache = options.cache ?? process.env['QUITTANCE_CACHE'] ?? join(root, '.cache', 'zk');
    this.files = circuitFiles(root, cache, options.seed);
    // plain JavaScript, so that it can be forked from the sources and from the build alike
    const entry = fileURLToPath(new URL('./child/prover.process.mjs', import.meta.url));
    this.process = new ResidentProcess(entry, { ...LIMITS, ...options.limits }, [options.backend ?? 'wasm']);
  }

  async prepare(progress?: (message: string) => void, calm?: () => Promise<void>): Promise<void> {
    const wanted = this.files.filter(({ prepared }) => prepared);
    for (const circuit of wanted) if (!existsSync(circuit.zkey)) await this.describe(circuit, progress);
    await calm?.();
    for (const circuit of wanted) await this.describe(circuit, progress);
  }

  async prove(
    circuitId: string,
    inputs: CircuitInputs,
    progress?: (progress: ProvingProgress) => void,
  ): Promise<ProofResult> {
    const circuit = this.files.find(({ id }) => id === circuitId);
    if (!circuit) throw new Refusal('UNKNOWN_CIRCUIT', `There is no circuit ${circuitId}.`, { circuitId });
    const patience = this.described.has(circuitId) ? 1 : FIRST_USE;
    const listeners = { says: this.progress, progress };
    const asked = this.process.ask({ task: 'prove', circuit, inputs }, listeners, patience);
    const made = proofSchema.parse(await asked);
    const { vkeyHash, keyKind } = await this.describe(circuit);
    return { circuitId, circuitVersion: circuit.version, ...made, vkeyHash, keyKind };
  }

  circuits(): Promise<readonly CircuitDescription[]> {
    // one that nobody has needed is not compiled for being asked about
    const known = this.files.filter(({ id, prepared }) => prepared || this.described.has(id));
    return Promise.all(known.map((circuit) => this.describe(circuit)));
  }

  close(): Promise<void> {
    return this.process.close();
  }

  /** The process that proves now: for operators, and for tests that kill it. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  private describe(circuit: CircuitFiles, says = this.progress): Promise<CircuitDescription> {
    const known = this.described.get(circuit.id);
    if (known) return known;
    const asked = this.process.ask({ task: 'load', circuit }, { says }, FIRST_USE).then((loaded) => {
      const verificationKey = readVerificationKey(loadedSchema.parse(loaded).verificationKey);
      return {
        circuitId: circuit.id,
        circuitVersion: circuit.version,
        slots: circuit.slots,
        publicSignals: circuit.publicSignals,
        verificationKey,
        vkeyHash: verificationKeyHash(verificationKey),
        keyKind: 'development' as const,
      };
    });
    this.described.set(circuit.id, asked);
    asked.catch(() => this.described.delete(circuit.id));
    return asked;
  }
}
