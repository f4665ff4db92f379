import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { holdsEd25519 } from './ed25519.js';

const message = new TextEncoder().encode('a statement');
const ORDER = ed25519.Point.Fn.ORDER;
const { Point } = ed25519;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const littleEndian = (value: Uint8Array) => value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const toLittleEndian = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(12));
const signature = Uint8Array.from(sign(null, message, privateKey));

const strictly = (value: Uint8Array, by: Uint8Array) => ed25519.verify(value, message, by, { zip215: false });
const both = (value: Uint8Array, by: Uint8Array) => [holdsEd25519(value, message, by), strictly(value, by)];

describe('a signature', () => {
  it('holds when it is the right one, again and again', () => {
    for (let i = 0; i < 3; i++) expect(both(signature, key)).toEqual([true, true]);
  });

  it.each([0, 31, 32, 62])('does not hold with another byte %i', (place) => {
    const changed = signature.with(place, signature[place]! ^ 1);
    expect(both(changed, key)).toEqual([false, false]);
  });

  it('does not hold with the order added to its scalar', () => {
    const scalar = littleEndian(signature.subarray(32)) + ORDER;
    const changed = new Uint8Array([...signature.subarray(0, 32), ...toLittleEndian(scalar)]);
    expect(both(changed, key)).toEqual([false, false]);
  });

  it.each(ED25519_TORSION_SUBGROUP)('does not hold by the key %s of small order', (weak) => {
    // with R = B and s = 1 the equation holds for the neutral element as a key, and some versions of Node say so
    const forged = new Uint8Array([...Point.BASE.toBytes(), ...toLittleEndian(1n)]);
    expect(both(forged, bytes(weak))).toEqual([false, false]);
  });

  it('holds in Node as in a browser when only the equation with its cofactor does', () => {
    const secret = 12_345n;
    const by = Point.BASE.multiply(secret).toBytes();
    const R = Point.BASE.multiply(777n).add(Point.fromHex(ED25519_TORSION_SUBGROUP[1]!)).toBytes();
    const challenge = littleEndian(sha512(new Uint8Array([...R, ...by, ...message]))) % ORDER;
    const made = new Uint8Array([...R, ...toLittleEndian((777n + challenge * secret) % ORDER)]);
    expect(
      verify(
        null,
        message,
        { key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(by).toString('base64url') }, format: 'jwk' },
        made,
      ),
    ).toBe(false);
    expect(both(made, by)).toEqual([true, true]);
  });

  it.each([
    ['signature', signature.subarray(1), key],
    ['key', signature, key.subarray(1)],
  ])('is an error with a %s of another length', (_, value, by) => {
    expect(() => holdsEd25519(value, message, by)).toThrow();
  });
});
