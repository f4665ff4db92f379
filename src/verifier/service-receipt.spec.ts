import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { toBase58 } from '../kernel/base58.js';
import { didOf, wrongServiceReceipt } from './service-receipt.js';

const wallet = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x!;
  return { privateKey, address: toBase58(Buffer.from(x, 'base64url')) };
};
const seller = wallet();
const payment = {
  network: 'solana:x',
  payer: 'PAYER',
  payee: seller.address,
  signature: '5'.repeat(88),
};
const claims = {
  network: 'solana:x',
  resourceUrl: 'http://127.0.0.1:1/svc/a',
  payer: 'PAYER',
  issuedAt: 1_767_322_800,
  transaction: '5'.repeat(88),
};
const kid = `${didOf(seller.address)}#key`;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jws = (header: object, payload: object, key: KeyObject = seller.privateKey) => {
  const text = `${encoded(header)}.${encoded(payload)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
};
const good = jws({ alg: 'EdDSA', kid }, claims);
const says = (text: string) => wrongServiceReceipt(text, payment);

describe('what a service signs of a payment', () => {
  it('holds by the key that was paid, with or without the transaction in it', () => {
    expect(says(good)).toBeUndefined();
    const { transaction: _transaction, ...less } = claims;
    expect(says(jws({ alg: 'EdDSA', kid: didOf(seller.address) }, less))).toBeUndefined();
  });

  it.each([
    ['nothing', '', 'is not a JWS'],
    ['two parts', good.split('.').slice(0, 2).join('.'), 'is not a JWS'],
    ['padding', `${good}=`, 'is not a JWS'],
    ['a header that is no object', `${encoded(1)}.${encoded(claims)}.${'A'.repeat(86)}`, 'is not a JWS'],
    ['more than it may have', `${good}${'A'.repeat(2_000)}`, 'is not a JWS'],
    ['no algorithm', jws({ alg: 'none', kid }, claims), 'is signed by another algorithm'],
    ['a symmetric one', jws({ alg: 'HS256', kid }, claims), 'is signed by another algorithm'],
    ['no key', jws({ alg: 'EdDSA' }, claims), 'by another key than the one that was paid'],
    [
      'the key of somebody else, named as such',
      jws({ alg: 'EdDSA', kid: didOf(wallet().address) }, claims),
      'by another key than the one that was paid',
    ],
    [
      'the key of somebody else, named as that one',
      jws({ alg: 'EdDSA', kid }, claims, wallet().privateKey),
      'is not what its service signed',
    ],
    [
      'another payload under the same signature',
      [encoded({ alg: 'EdDSA', kid }), encoded({ ...claims, issuedAt: 1 }), good.split('.')[2]].join('.'),
      'is not what its service signed',
    ],
    ['another payer', jws({ alg: 'EdDSA', kid }, { ...claims, payer: 'X' }), 'of somebody else'],
    ['another network', jws({ alg: 'EdDSA', kid }, { ...claims, network: 'solana:y' }), 'of somebody else'],
    [
      'another transaction',
      jws({ alg: 'EdDSA', kid }, { ...claims, transaction: 'X' }),
      'is for another payment',
    ],
    ['no time', jws({ alg: 'EdDSA', kid }, { ...claims, issuedAt: '1' }), 'does not say for what or when'],
    [
      'no resource',
      jws({ alg: 'EdDSA', kid }, { ...claims, resourceUrl: 1 }),
      'does not say for what or when',
    ],
  ])('does not hold with %s', (_, text, complaint) => expect(says(text)).toContain(complaint));

  it('does not hold for a payee that is no key', () => {
    expect(wrongServiceReceipt(good, { ...payment, payee: 'PAYEE' })).toContain('another key');
    expect(wrongServiceReceipt(good, { ...payment, payee: '1'.repeat(32) })).toContain('another key');
  });
});
