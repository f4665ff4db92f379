import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { bn254 } from '@noble/curves/bn254.js';
import { FIELD } from '../../src/kernel/commitments/field.js';
import { jsonHash } from '../../src/kernel/commitments/json-hash.js';
import { type Receipt, receiptSchema } from '../../src/verifier/document.js';
import { noblePairing } from '../../src/verifier/noble-pairing.js';
import { receiptIdentity } from '../../src/verifier/receipt-identity.js';
import { type PinnedKey, releasedKeys } from '../../src/verifier/verification-keys.js';
import { verifyProof } from '../../src/verifier/verify-proof.js';
import { verifyReceipt } from '../../src/verifier/verify-receipt.js';
import { openWasmPairing } from '../../src/verifier/wasm/wasm-pairing.js';
import { sampleIssuer } from '../kit/sample-issuer.js';

const golden = (name: string): Receipt =>
  receiptSchema.parse(
    JSON.parse(readFileSync(new URL(`../golden/receipts/${name}.json`, import.meta.url), 'utf8')),
  );
const receipt = golden('zero-knowledge');
const { proof, publicSignals, circuitId } = receipt.proof!;
const pinned = releasedKeys.find((key) => key.circuitId === circuitId)!;
const options = { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true };
const wasmPairing = await openWasmPairing();
/** They share nothing, so that what both say is not the mistake of one. */
const pairings = { noble: noblePairing, wasm: wasmPairing };
type Library = keyof typeof pairings;
const libraries = Object.keys(pairings) as Library[];
const Q = bn254.fields.Fp.ORDER;

type Proof = typeof proof;
interface Attempt {
  readonly proof?: Partial<Record<keyof Proof, unknown>>;
  readonly signals?: readonly unknown[];
  readonly key?: PinnedKey;
}

const attempted = (
  { proof: changed, signals = publicSignals, key = pinned }: Attempt,
  library: Library = 'wasm',
) =>
  verifyProof(circuitId, { ...proof, ...changed }, signals, {
    allowDevelopmentKeys: true,
    verificationKeys: [key],
    pairing: pairings[library],
  });

const withSignal = (at: number, value: unknown) =>
  publicSignals.map((signal, i) => (i === at ? value : signal));
const plus = (text: string | undefined, more: bigint) => (BigInt(text!) + more).toString();
const [ax, ay] = proof.pi_a;
const [cx, cy] = proof.pi_c;
const negated = {
  pi_a: [ax, (Q - BigInt(ay!)).toString(), '1'],
  pi_b: [proof.pi_b[0], proof.pi_b[1]!.map((y) => (Q - BigInt(y)).toString()), proof.pi_b[2]],
};

/** A point of the twist outside the subgroup: the first x with a root whose multiple by the order is not zero. */
function offSubgroup(): string[][] {
  const { Fp2 } = bn254.fields;
  for (let i = 1n; ; i++) {
    const x = { c0: i, c1: 3n };
    const squared = Fp2.add(Fp2.mul(Fp2.sqr(x), x), bn254.G2.Point.CURVE().b);
    try {
      const y = Fp2.sqrt(squared);
      const point = bn254.G2.Point.fromAffine({ x, y });
      if (point.isTorsionFree()) continue;
      return [
        [`${x.c0}`, `${x.c1}`],
        [`${y.c0}`, `${y.c1}`],
        ['1', '0'],
      ];
    } catch {
      // no point has this x
    }
  }
}

const attacks: readonly [string, Attempt, RegExp][] = [
  ['a signal changed', { signals: withSignal(4, '1') }, /does not hold/],
  [
    'two signals swapped',
    { signals: [publicSignals[1], publicSignals[0], ...publicSignals.slice(2)] },
    /does not hold/,
  ],
  ['a signal plus the order', { signals: withSignal(4, plus(publicSignals[4], FIELD)) }, /not below/],
  ['signals cut short where the rest is 0', { signals: publicSignals.slice(0, 7) }, /has 7 entries/],
  ['one signal more', { signals: [...publicSignals, '0'] }, /has 10 entries/],
  ['no signals', { signals: [] }, /has 0 entries/],
  ['a signal with a leading zero', { signals: withSignal(0, `0${publicSignals[0]}`) }, /canonical/],
  ['a signal in hex', { signals: withSignal(3, '0x5') }, /canonical/],
  ['a negative signal', { signals: withSignal(8, '-0') }, /canonical/],
  ['a number for a signal', { signals: withSignal(3, 5) }, /canonical/],
  ['A.x plus the modulus', { proof: { pi_a: [plus(ax, Q), ay, '1'] } }, /above the modulus/],
  ['C.y plus the modulus', { proof: { pi_c: [cx, plus(cy, Q), '1'] } }, /above the modulus/],
  ['A off the curve', { proof: { pi_a: [plus(ax, 1n), ay, '1'] } }, /off the curve/],
  ['A at infinity', { proof: { pi_a: ['0', '1', '0'] } }, /not an affine point/],
  ['A as (0, 0)', { proof: { pi_a: ['0', '0', '1'] } }, /infinity|off the curve/],
  ['A in other coordinates', { proof: { pi_a: [ax, ay, '2'] } }, /not an affine point/],
  ['B outside the subgroup', { proof: { pi_b: offSubgroup() } }, /outside the subgroup/],
  [
    'B with its halves swapped',
    { proof: { pi_b: [[...proof.pi_b[0]!].reverse(), proof.pi_b[1], ['1', '0']] } },
    /curve/,
  ],
  ['A and C swapped', { proof: { pi_a: proof.pi_c, pi_c: proof.pi_a } }, /does not hold/],
  ['another protocol', { proof: { protocol: 'plonk' } }, /not a Groth16 proof/],
  ['another curve', { proof: { curve: 'bls12381' } }, /not a Groth16 proof/],
  ['an unknown field', { proof: { pi_d: [] } as never }, /not a Groth16 proof/],
  ['lists in place of coordinates', { proof: { pi_a: [[ax], [ay], '1'] } }, /canonical/],
];

describe.each(libraries)('a proof, by the pairing of %s', (library) => {
  it('holds', () => {
    expect(attempted({}, library).checks.at(-1)).toMatchObject({ name: 'proof', passed: true });
  });

  it.each(attacks)('is refused for %s', (_, attempt, reason) => {
    const { valid, checks } = attempted(attempt, library);
    expect(valid).toBe(false);
    expect(checks.find(({ name }) => name === 'proof')!.reason).toMatch(reason);
  });
});

describe('a proof', () => {
  it('can be turned over by anybody, so what it is counted by is not its bytes', () => {
    expect(attempted({ proof: negated }).valid).toBe(true);
    const turned = { ...receipt.proof!, proof: { ...proof, ...negated } };
    expect(receiptIdentity(turned)).toBe(receiptIdentity(receipt.proof!));
  });

  it.each([[null], [42], ['proof'], [[]], [{}]])('that is %p is refused', (value) => {
    expect(verifyProof(circuitId, value, publicSignals, options).valid).toBe(false);
    expect(verifyProof(circuitId, proof, value, options).valid).toBe(false);
  });

  it('of an unknown circuit is refused', () => {
    expect(verifyProof('workflow-receipt-17', proof, publicSignals, options)).toMatchObject({
      valid: false,
      checks: [{ name: 'proof-key', passed: false }],
    });
  });
});

describe('compared with snarkjs', () => {
  it('agrees on every proof it takes, and refuses what snarkjs lets pass', () => {
    const cases: [string, Attempt][] = [
      ['honest', {}],
      ['turned over', { proof: negated }],
    ];
    cases.push(...attacks.map(([name, attempt]): [string, Attempt] => [name, attempt]));
    const script = fileURLToPath(new URL('../kit/snarkjs-verify.mjs', import.meta.url));
    const input = JSON.stringify(
      cases.map(([, attempt]) => ({
        key: pinned.key,
        publicSignals: attempt.signals ?? publicSignals,
        proof: { ...proof, ...attempt.proof },
      })),
    );
    const answers = JSON.parse(spawnSync(process.execPath, [script], { input, encoding: 'utf8' }).stdout);
    const laxer: string[] = [];
    cases.forEach(([name, attempt], i) => {
      const ours = attempted(attempt).valid;
      if (answers[i] === true && !ours) laxer.push(name);
      expect([name, attempted(attempt, 'noble').valid]).toEqual([name, ours]);
      // whatever we take, snarkjs takes
      if (ours) expect([name, answers[i]]).toEqual([name, true]);
    });
    expect(laxer).toEqual(
      expect.arrayContaining([
        'signals cut short where the rest is 0',
        'a signal with a leading zero',
        'a signal in hex',
        'A.x plus the modulus',
        'C.y plus the modulus',
        'another protocol',
      ]),
    );
  });
});

describe('a verification key', () => {
  const rehashed = (key: PinnedKey['key']): PinnedKey => ({ ...pinned, key, vkeyHash: jsonHash(key) });

  it('without a contribution forges anything, and is refused', () => {
    const key = rehashed({ ...pinned.key, vk_delta_2: pinned.key.vk_gamma_2 });
    // the forgery: A = alpha, B = beta, C = minus the sum of the signals
    const signals = publicSignals.map((_, i) => String(666 + i));
    const points = pinned.key.IC.map(([x, y]) => bn254.G1.Point.fromAffine({ x: BigInt(x!), y: BigInt(y!) }));
    const sum = signals.reduce((acc, s, i) => acc.add(points[i + 1]!.multiply(BigInt(s))), points[0]!);
    const { x, y } = sum.negate().toAffine();
    const forged = { pi_a: key.key.vk_alpha_1, pi_b: key.key.vk_beta_2, pi_c: [`${x}`, `${y}`, '1'] };
    for (const library of libraries) {
      const { valid, checks } = attempted({ key, proof: forged, signals }, library);
      expect(valid).toBe(false);
      expect(checks.at(-1)!.reason).toMatch(/no contribution: gamma equals delta/);
    }
  });

  it('whose delta is minus gamma forges anything too, and is refused', () => {
    const [x, y, z] = pinned.key.vk_gamma_2;
    const minusGamma = [x!, y!.map((part) => (Q - BigInt(part)).toString()), z!];
    const key = rehashed({ ...pinned.key, vk_delta_2: minusGamma });
    expect(attempted({ key }).checks.at(-1)!.reason).toMatch(/no contribution/);
  });

  it.each<[string, PinnedKey]>([
    ['another hash', { ...pinned, vkeyHash: 'a'.repeat(64) }],
    ['another point', { ...pinned, key: { ...pinned.key, vk_alpha_1: pinned.key.IC[0]! } }],
    ['a signal dropped', rehashed({ ...pinned.key, nPublic: 8, IC: pinned.key.IC.slice(0, 9) })],
    ['a point off the curve', rehashed({ ...pinned.key, vk_alpha_1: ['1', '3', '1'] })],
  ])('with %s is refused', (_, key) => {
    for (const library of libraries) {
      expect(() => pairings[library].open(key)).toThrow();
      expect(attempted({ key }, library).valid).toBe(false);
    }
  });

  it('of development is named as such, and refused in production before any pairing', () => {
    const allowed = attempted({});
    expect(allowed.checks).toContainEqual(expect.objectContaining({ name: 'proof-key-kind', passed: false }));
    const refused = verifyProof(circuitId, proof, publicSignals, { allowDevelopmentKeys: false });
    expect(refused.checks).toEqual([
      {
        name: 'proof-key',
        required: true,
        passed: false,
        reason: expect.stringMatching(/production refuses/),
      },
    ]);
  });

  it('is the one published in circuits/keys', () => {
    const file = readFileSync(new URL('../../circuits/keys/development.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(releasedKeys);
  });
});

describe('a zero-knowledge receipt', () => {
  const failing = async (document: unknown, more = {}) =>
    (await verifyReceipt(document, { ...options, ...more })).checks
      .filter(({ required, passed }) => required && !passed)
      .map(({ name }) => name);

  it('verifies, discloses no step, and names what was checked', async () => {
    const { valid, checks } = await verifyReceipt(receipt, options);
    expect(valid).toBe(true);
    expect(receipt.disclosure).toBeUndefined();
    expect(JSON.stringify(receipt)).not.toContain('step_');
    expect(checks.map(({ name }) => name)).toEqual([
      'format',
      'issuer',
      'signature',
      'statement',
      'level',
      'proof-signals',
      'context',
      'proof-key',
      'proof-key-kind',
      'proof',
    ]);
  });

  it('conceals its total and is bound to the context of whoever asked', async () => {
    const concealed = golden('zero-knowledge-concealed');
    expect(concealed.statement.totalCost).toBeNull();
    expect(await failing(concealed, { context: '123456789' })).toEqual([]);
    expect(await failing(concealed, { context: '5' })).toEqual(['context']);
  });

  it('does not carry the proof of another run or statement', async () => {
    const other = golden('zero-knowledge-concealed').proof;
    expect(await failing({ ...receipt, proof: other })).toEqual(['proof-signals']);
  });

  it('is refused without its proof, in production, and under the name of another key', async () => {
    const { proof: carried, ...bare } = receipt;
    expect(await failing(bare)).toEqual(['level']);
    expect(await failing(receipt, { allowDevelopmentKeys: false })).toEqual(['proof-key']);
    expect(await failing({ ...receipt, proof: { ...carried!, keyKind: 'production' } })).toEqual([
      'proof-key',
    ]);
    expect(await failing({ ...receipt, proof: { ...carried!, vkeyHash: 'b'.repeat(64) } })).toEqual([
      'proof-key',
    ]);
    expect(await failing({ ...receipt, proof: { ...carried!, circuitVersion: '2' } })).toEqual(['proof-key']);
  });

  it.each(['pi_a', 'pi_c'] as const)('is refused with one digit of %s changed', async (name) => {
    const [x, y, z] = proof[name];
    const changed = { ...proof, [name]: [x!.replace(/[0-8]/, (d) => `${Number(d) + 1}`), y, z] };
    expect(await failing({ ...receipt, proof: { ...receipt.proof!, proof: changed } })).toEqual(['proof']);
  });

  it('is refused when proof and statement are changed together, for the signature does not follow', async () => {
    const statement = { ...receipt.statement, totalCost: '1' };
    const carried = { ...receipt.proof!, publicSignals: withSignal(4, '1') };
    expect(await failing({ ...receipt, statement, proof: carried })).toEqual(['signature']);
  });
});

describe('receipts of earlier versions', () => {
  it.each(['basic', 'basic-failed', 'zero-knowledge', 'zero-knowledge-concealed'])(
    'still verify: %s',
    async (name) => {
      expect(await verifyReceipt(golden(name), options)).toMatchObject({ valid: true });
    },
  );
});
