import { canonicalJson } from '../../../src/kernel/canonical-json.js';
import { FIELD } from '../../../src/kernel/commitments/field.js';
import { type Verdict, type VerifyOptions, verifyReceipts } from '../../../src/verifier/index.js';
import { openWasmPairing } from '../../../src/verifier/wasm/wasm-pairing.js';
import { Random } from '../../simulation/random.js';
import { sampleIssuer } from '../sample-issuer.js';
import { families } from './families.js';
import type { Family } from './family.js';
import { type Original, opensNothing, originals } from './originals.js';
import { type Node, places, replaced, written } from './tree.js';

export interface Mutant {
  readonly family: string;
  readonly original: Original;
  readonly bytes: Uint8Array;
}

export interface Hunt {
  /** mutants by family */
  readonly tried: Readonly<Record<string, number>>;
  /** by the check that refused them */
  readonly refusedBy: Readonly<Record<string, number>>;
  /** mutants that a verifier took, crashed at or refused without saying why */
  readonly escaped: readonly { readonly mutant: Mutant; readonly why: string }[];
  readonly slowestMs: number;
}

/** Every so many are judged by the other pairing as well. */
const BOTH_PAIRINGS = 40;

const pairing = await openWasmPairing();

export const optionsFor = ({ contents, options }: Original): VerifyOptions => ({
  issuerKeys: [sampleIssuer],
  allowDevelopmentKeys: true,
  pairing,
  ...(contents && { contents }),
  ...options,
});

/** Makes mutants, the same for the same seed, and holds the verifier to refusing each with its reason. */
export async function hunt(seed: number, count: number): Promise<Hunt> {
  const tried: Record<string, number> = {};
  const refusedBy: Record<string, number> = {};
  const escaped: { mutant: Mutant; why: string }[] = [];
  let slowestMs = 0;
  let n = 0;
  for (const mutant of mutants(seed, count)) {
    const started = performance.now();
    const { pairing: _, ...plain } = optionsFor(mutant.original);
    const why = await wrong(
      mutant,
      ++n % BOTH_PAIRINGS === 0 ? plain : optionsFor(mutant.original),
      (check) => {
        refusedBy[check] = (refusedBy[check] ?? 0) + 1;
      },
    );
    slowestMs = Math.max(slowestMs, performance.now() - started);
    tried[mutant.family] = (tried[mutant.family] ?? 0) + 1;
    if (why !== undefined) escaped.push({ mutant, why });
  }
  return { tried, refusedBy, escaped, slowestMs };
}

async function wrong(
  { bytes }: Mutant,
  options: VerifyOptions,
  refused: (check: string) => void,
): Promise<string | undefined> {
  let verdict: Verdict;
  try {
    [verdict] = (await verifyReceipts([bytes], options)) as [Verdict];
  } catch (error) {
    return `the verifier crashed: ${error instanceof Error ? error.stack : String(error)}`;
  }
  const failed = verdict.checks.find((check) => check.required && !check.passed);
  if (verdict.valid) return 'it was taken for valid';
  if (!failed || failed.reason.length < 10)
    return `it was refused without a reason: ${JSON.stringify(verdict)}`;
  refused(failed.name);
  return undefined;
}

/** Family after family, so that each gets its share of any number. */
export function* mutants(seed: number, count: number): Generator<Mutant> {
  const random = new Random(seed);
  const names = Object.keys(families);
  for (let made = 0, turn = 0; made < count; turn++) {
    const family = names[turn % names.length]!;
    const { original, changed } = anyMutant(random, families[family]!);
    const bytes = typeof changed === 'string' ? new TextEncoder().encode(changed) : changed;
    if (saysTheSame(original, bytes)) continue;
    made++;
    yield { family, original, bytes };
  }
}

/** Not every original has what a family changes; each family has one it fits. */
function anyMutant(random: Random, family: Family): { original: Original; changed: string | Uint8Array } {
  for (;;) {
    const original = random.pick(originals);
    const others = originals.filter((other) => other !== original);
    const changed = family(random, original, others);
    if (changed !== undefined) return { original, changed };
  }
}

/** Whether nothing was changed, or only what binds nothing. */
function saysTheSame(original: Original, bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (text === written(original.document)) return true;
  let document: Node;
  try {
    document = JSON.parse(text) as Node;
  } catch {
    return false;
  }
  // the same number in another form, or a member twice, is no receipt, whatever it parses to
  if (written(document) !== text) return false;
  return sense(original, document) === sense(original, original.document);
}

const isElement = (value: Node): boolean =>
  typeof value === 'string' && /^(0|[1-9][0-9]*)$/.test(value) && BigInt(value) < FIELD;

/** What a document says: canonical, salts that open nothing left out, what a step depends on as a set. */
function sense(original: Original, document: Node): string {
  let said = document;
  for (const { path, value } of places(document)) {
    if (opensNothing(original, path) && isElement(value)) said = replaced(said, path, null);
    else if (
      path.at(-1) === 'dependencies' &&
      Array.isArray(value) &&
      value.every((id) => typeof id === 'string')
    )
      said = replaced(said, path, [...value].sort());
  }
  return canonicalJson(said);
}
