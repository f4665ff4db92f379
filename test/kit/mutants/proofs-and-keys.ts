import { issuerFromSeed } from '../../../src/receipts/issuer.js';
import { MODULUS } from '../../../src/verifier/groth16-parser.js';
import type { Receipt } from '../../../src/verifier/index.js';
import { signedBytes } from '../../../src/verifier/signature.js';
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

/** Signed by another, under its own name or under that of the issuer; or with another word for the proof's key. */
export const otherKey: Family = (random, original, others) => {
  const { statement, signature, proof } = original.document as unknown as Receipt;
  const forged = {
    ...signature,
    keyId: mallory.keyId,
    publicKey: mallory.publicKey,
    value: hex(mallory.sign(signedBytes(statement))),
  };
  const foreign = at(random.pick(others).document, ['signature', 'value'])!;
  const changes: [Path, Node][] = [
    [['signature'], forged],
    [['signature'], { ...forged, keyId: signature.keyId }],
    [['signature'], { ...forged, publicKey: signature.publicKey }],
    [['signature', 'value'], forged.value],
    [['signature', 'value'], foreign],
    [['signature', 'value'], hex(mallory.sign(new TextEncoder().encode('quittance-receipt/1')))],
    [['signature', 'publicKey'], hex(random.bytes(32))],
    [['signature', 'value'], hex(random.bytes(64))],
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
