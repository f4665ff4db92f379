import { issuerFromSeed } from '../../../src/receipts/issuer.js';
import { signStatement } from '../../../src/receipts/sign-statement.js';
import { MODULUS } from '../../../src/verifier/groth16-parser.js';
import type { Receipt } from '../../../src/verifier/index.js';
import { statementBytes } from '../../../src/verifier/signature.js';
import type { Random } from '../../simulation/random.js';
import type { Family } from './family.js';
import { at, type Node, type Path, replaced, written } from './tree.js';

export const signals: Family = (random, original) => {
  const list = at(original.document, ['proof', 'publicSignals']) as string[] | undefined;
  if (!list) return undefined;
  const changed = random.pick<readonly string[]>([
    list.slice(0, random.between(0, list.length - 1)),
    list.slice(1),
    [...list, '0'],
    [...list, ...Array.from({ length: random.between(1, 55) }, () => '0')],
    ['1', ...list],
    [...list.slice(1), list[0]!],
    list.map((each, i) => (i === random.between(0, list.length - 1) ? `${BigInt(each) + 1n}` : each)),
    Array.from({ length: 65 }, () => '0'),
  ]);
  return written(replaced(original.document, ['proof', 'publicSignals'], [...changed]));
};

const POINTS = ['pi_a', 'pi_b', 'pi_c'];

export const points: Family = (random, original, others) => {
  const proof = at(original.document, ['proof', 'proof']) as Record<string, Node> | undefined;
  if (!proof) return undefined;
  const name = random.pick(POINTS);
  const path: Path = ['proof', 'proof', name];
  const [x, y, z] = proof[name] as Node[];
  const minus = (value: Node): Node =>
    Array.isArray(value) ? value.map(minus) : `${MODULUS - BigInt(value as string)}`;
  const turned = (value: Node): Node => (Array.isArray(value) ? value.toReversed() : value);
  const foreign = at(random.pick(others).document, path);
  const changed = random.pick<Node>([
    [x!, minus(y!), z!],
    [y!, x!, z!],
    [x!, y!],
    [x!, y!, z!, z!],
    [turned(x!), turned(y!), turned(z!)],
    name === 'pi_b'
      ? [
          ['0', '0'],
          ['0', '0'],
          ['1', '0'],
        ]
      : ['0', '0', '1'],
    name === 'pi_b'
      ? [
          ['0', '0'],
          ['1', '0'],
          ['0', '0'],
        ]
      : ['0', '1', '0'],
    name === 'pi_b'
      ? [
          ['1', '0'],
          ['2', '0'],
          ['1', '0'],
        ]
      : ['1', '2', '1'],
    proof[random.pick(POINTS)]!,
    ...(foreign === undefined ? [] : [foreign]),
  ]);
  return written(replaced(original.document, path, changed));
};

const mallory = issuerFromSeed(new Uint8Array(32).fill(66));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const plainly = (statement: Receipt['statement']) => ({
  alg: 'Ed25519' as const,
  keyId: mallory.keyId,
  publicKey: mallory.publicKey,
  value: hex(mallory.sign(statementBytes(statement))),
});

const otherValues = (random: Random, value: string): [Path, Node][] =>
  [
    value.toUpperCase(),
    hex(random.bytes(64)),
    hex(mallory.sign(new TextEncoder().encode('quittance-receipt/1'))),
  ].map((other) => [['signature', 'value'], other]);

/** Another header, a payload that does not belong there, or the same signature in another form. */
function otherJws(random: Random, jws: string, statement: Receipt['statement']): [Path, Node][] {
  const [header = '', , signature = ''] = jws.split('.');
  const said = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
  const headers = [
    { ...said, alg: random.pick(['none', 'HS256', 'Ed25519', 'ES256K', 'eddsa']) },
    { ...said, kid: mallory.keyId },
    { ...said, typ: 'JWT' },
    { ...said, b64: false, crit: ['b64'] },
    { alg: said['alg'], kid: said['kid'] },
    { typ: said['typ'], kid: said['kid'], alg: said['alg'] },
    { ...said, jwk: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(random.bytes(32)).toString('base64url') } },
  ].map((other) => Buffer.from(JSON.stringify(other)).toString('base64url'));
  const last = signature.at(-1)!;
  const spare = LETTERS[LETTERS.indexOf(last) ^ random.between(1, 15)]!;
  return [
    `${random.pick(headers)}..${signature}`,
    `${header}..${signature.slice(0, -1)}${spare}`,
    `${header}..${Buffer.from(random.bytes(64)).toString('base64url')}`,
    `${header}.${Buffer.from(JSON.stringify(statement)).toString('base64url')}.${signature}`,
    `${jws}${random.pick(['=', '==', '.', ' '])}`,
    `${header}=..${signature}`,
  ].map((other) => [['signature', 'jws'], other]);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Signed by another, under its own name or under that of the issuer; or with another word for the proof's key. */
export const otherKey: Family = (random, original, others) => {
  const { statement, signature, proof } = original.document as unknown as Receipt;
  const { keyId, publicKey } = signature;
  const forged = random.chance(0.5) ? signStatement(statement, mallory).signature : plainly(statement);
  const foreign = at(random.pick(others).document, ['signature'])!;
  const changes: [Path, Node][] = [
    [['signature'], forged],
    [['signature'], { ...forged, keyId }],
    [['signature'], { ...forged, publicKey }],
    [['signature'], { ...forged, keyId, publicKey }],
    [['signature'], foreign],
    [['signature'], { ...forged, ...signature, ...(random.chance(0.5) && { alg: forged.alg }) }],
    [['signature', 'publicKey'], hex(random.bytes(32))],
    ...(signature.alg === 'Ed25519'
      ? otherValues(random, signature.value)
      : otherJws(random, signature.jws, statement)),
  ];
  if (proof)
    changes.push(
      [['proof', 'vkeyHash'], hex(random.bytes(32))],
      [['proof', 'keyKind'], 'production'],
      [['proof', 'circuitVersion'], random.pick(['2', '', '01', '1 '])],
      [['proof', 'circuitId'], `workflow-receipt-${random.pick([8, 17, 32, 64, 128, 256])}`],
    );
  const [path, value] = random.pick(changes);
  return written(replaced(original.document, path, value));
};
