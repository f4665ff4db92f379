import { describe, expect, it } from '@jest/globals';
import { createSignableMessage, generateKeyPairSigner, getBase58Decoder } from '@solana/kit';
import { verifyWalletSignature } from './wallet-signature.js';

const owner = await generateKeyPairSigner();
const message = 'I own this wallet. Nonce: ä1';
const [made] = await owner.signMessages([createSignableMessage(message)]);
const bytes = made![owner.address]!;
const base58 = getBase58Decoder().decode(bytes);
const base64 = Buffer.from(bytes).toString('base64');

describe('a wallet signature', () => {
  it.each([
    ['base58', base58],
    ['base64', base64],
  ])('is accepted in %s', async (_, signature) => {
    expect(await verifyWalletSignature(owner.address, message, signature)).toBe(true);
  });

  it('of another message is refused', async () => {
    expect(await verifyWalletSignature(owner.address, `${message} `, base58)).toBe(false);
  });

  it('of another wallet is refused', async () => {
    const { address } = await generateKeyPairSigner();
    expect(await verifyWalletSignature(address, message, base58)).toBe(false);
  });

  it('with one bit changed is refused', async () => {
    const changed = Uint8Array.from(bytes, (byte, i) => (i === 40 ? byte ^ 1 : byte));
    expect(await verifyWalletSignature(owner.address, message, getBase58Decoder().decode(changed))).toBe(
      false,
    );
  });

  it.each([
    '',
    'x',
    '0OIl',
    base58.slice(1),
    `${base58}1`,
    `${base64}=`,
    base64.slice(4),
    '1'.repeat(100_000),
  ])('that is malformed is refused', async (signature) => {
    expect(await verifyWalletSignature(owner.address, message, signature)).toBe(false);
  });

  it.each(['', 'x', '1'.repeat(44), '0'.repeat(44), `${owner.address}1`])(
    'of a malformed address is refused',
    async (address) => {
      expect(await verifyWalletSignature(address, message, base58)).toBe(false);
    },
  );
});
