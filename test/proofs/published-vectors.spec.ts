import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseNoteKey } from '../../src/kernel/log/note.js';
import {
  type Contents,
  issuerKeyId,
  issuerKeysOf,
  publishedKeysSchema,
  readDocument,
  revocationsSchema,
  type Verdict,
  verifyReceipts,
} from '../../src/verifier/index.js';
import { openWasmPairing } from '../../src/verifier/wasm/wasm-pairing.js';
import { type VectorInput, vectorInputs } from '../kit/published-vectors.js';
import { vectorInputs2 } from '../kit/published-vectors-2.js';
import { vectorInputs3 } from '../kit/published-vectors-3.js';

interface Vector extends VectorInput {
  readonly valid: boolean;
  /** names of the required checks that fail */
  readonly fails: readonly string[];
}

const FOLDER = new URL('../../docs/vectors/', import.meta.url);
/** file by file, what is in it: a file that was written once is never written again */
const FILES: Readonly<Record<string, readonly VectorInput[]>> = {
  'receipts-1.json': vectorInputs,
  'receipts-2.json': vectorInputs2,
  'receipts-3.json': vectorInputs3,
};
const PINS = new URL('pins.json', FOLDER);
const pairing = await openWasmPairing();

async function judged({ text, options }: VectorInput): Promise<Verdict> {
  const { issuerKeys, keys, context, production = false, log, revocations, receipt, contents } = options;
  const [verdict] = await verifyReceipts([new TextEncoder().encode(text)], {
    issuerKeys: keys
      ? issuerKeysOf(publishedKeysSchema.parse(keys))
      : issuerKeys.map((publicKey) => ({ publicKey, keyId: issuerKeyId(publicKey) })),
    allowDevelopmentKeys: !production,
    pairing,
    ...(context !== undefined && { context }),
    ...(log && { log: { key: parseNoteKey(log.key)!, required: log.required } }),
    ...(revocations && { revocations: revocationsSchema.parse(revocations) }),
    ...(receipt !== undefined && { receipt: readDocument(new TextEncoder().encode(receipt)) }),
    ...(contents && { contents: contentsOf(contents) }),
  });
  return verdict!;
}

const contentsOf = (given: NonNullable<VectorInput['options']['contents']>): Contents =>
  Object.fromEntries(
    Object.entries(given).map(([stepId, { input, output }]) => [
      stepId,
      {
        ...(input !== undefined && { input: { json: input } }),
        ...(output !== undefined && { output: { json: output } }),
      },
    ]),
  );

const failing = ({ checks }: Verdict) =>
  checks.filter(({ required, passed }) => required && !passed).map(({ name }) => name);

/** Written once, and never again: what is published stays. Further vectors go into a file of the next number. */
for (const [name, inputs] of Object.entries(FILES)) {
  const file = new URL(name, FOLDER);
  if (process.env['GOLDEN'] !== 'write' || existsSync(file)) continue;
  const made: Vector[] = [];
  for (const input of inputs) {
    const verdict = await judged(input);
    made.push({ ...input, valid: verdict.valid, fails: failing(verdict) });
  }
  writeFileSync(file, `${JSON.stringify(made, null, 1)}\n`);
}
const vectors = Object.keys(FILES).flatMap(
  (name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as readonly Vector[],
);

describe('the published vectors', () => {
  it('are those that were published, byte for byte', () => {
    const found = readdirSync(FOLDER)
      .filter((name) => name !== 'pins.json')
      .sort();
    const hash = (name: string) =>
      createHash('sha256')
        .update(readFileSync(new URL(name, FOLDER)))
        .digest('hex');
    const hashes = Object.fromEntries(found.map((name) => [name, hash(name)]));
    const pinned = JSON.parse(readFileSync(PINS, 'utf8')) as Record<string, string>;
    // a new file is pinned once; what is pinned never again
    if (process.env['GOLDEN'] === 'write')
      writeFileSync(PINS, `${JSON.stringify({ ...hashes, ...pinned }, null, 2)}\n`);
    expect(hashes).toEqual(process.env['GOLDEN'] === 'write' ? { ...hashes, ...pinned } : pinned);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    'are judged as published: %s',
    async (_, vector) => {
      const verdict = await judged(vector);
      expect({ valid: verdict.valid, fails: failing(verdict) }).toEqual({
        valid: vector.valid,
        fails: vector.fails,
      });
    },
  );

  it('are valid or not as their names say, and fail every check there is', () => {
    for (const { name, valid, fails } of vectors) {
      expect([name, valid]).toEqual([name, name.startsWith('valid')]);
      expect([name, fails.length === 0]).toEqual([name, valid]);
    }
    const names = [
      'format',
      'issuer',
      'signature',
      'statement',
      'level',
      'plan',
      'results',
      'final-result',
      'costs',
    ];
    names.push('order', 'payments', 'kept', 'openings', 'proof-key', 'proof-signals', 'context', 'proof');
    names.push('rollback', 'log', 'revocation', 'key-time', 'receipt', 'content:step_1:output');
    names.push('proof-chain', 'proof-links', 'proof:1', 'proof:2');
    const seen = new Set(vectors.flatMap(({ fails }) => fails));
    expect(names.filter((name) => !seen.has(name))).toEqual([]);
  });
});
