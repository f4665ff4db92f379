import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/errors.js';
import { toMicros } from '../kernel/money.js';
import { type MandateTerms, readMandateMessage, writeMandateMessage } from './mandate-message.js';

const site = {
  url: 'https://quittance.example/app',
  network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
  asset: '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU',
};
const P1 = 'So11111111111111111111111111111111111111112';
const P2 = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
const terms: MandateTerms = {
  userId: 'user_1',
  wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin',
  maxTotal: toMicros(5_000_000n),
  maxPerTransaction: toMicros(1_500_000n),
  allowedRecipients: [P1, P2],
  expiresAt: '2026-02-01T00:00:00.000Z',
  nonce: '01KAMJ8W2ZQ4N1V7R3T5Y9B0CD0123456789abcdef0123',
  issuedAt: '2026-01-01T00:00:00.000Z',
};
const message = writeMandateMessage(terms, site);
const refusal = (text: string): Refusal => {
  try {
    readMandateMessage(text, site);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('it was read');
};

describe('the message of a mandate', () => {
  it('is a Sign-In-With-Solana message that names the limits in words and in resources', () =>
    expect(message).toBe(`quittance.example wants you to sign in with your Solana account:
9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin

Quittance may approve plans of user_1 for me until 2026-02-01T00:00:00.000Z: up to 5.00 USDC in all, up to 1.50 USDC for one plan, to the 2 recipients named below.

URI: https://quittance.example/app
Version: 1
Chain ID: solana:devnet
Nonce: 01KAMJ8W2ZQ4N1V7R3T5Y9B0CD0123456789abcdef0123
Issued At: 2026-01-01T00:00:00.000Z
Expiration Time: 2026-02-01T00:00:00.000Z
Resources:
- urn:quittance:mandate:user:user_1
- urn:quittance:mandate:asset:solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1:4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU
- urn:quittance:mandate:max-total:5000000
- urn:quittance:mandate:max-per-transaction:1500000
- urn:quittance:mandate:recipient:So11111111111111111111111111111111111111112
- urn:quittance:mandate:recipient:MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr`));

  it('is read back as it was written, with recipients and without', () => {
    expect(readMandateMessage(message, site)).toEqual(terms);
    const { allowedRecipients: _named, ...anybody } = terms;
    expect(readMandateMessage(writeMandateMessage(anybody, site), site)).toEqual(anybody);
  });

  const edits: readonly [what: string, from: string | RegExp, to: string][] = [
    ['a higher total in the resources alone', 'max-total:5000000', 'max-total:9000000'],
    ['a higher total in the words alone', '5.00 USDC', '9.00 USDC'],
    ['a limit said twice', /(- urn:quittance:mandate:max-total:\d+)/, '$1\n$1'],
    ['a limit left out', /\n- urn:quittance:mandate:max-total:\d+/, ''],
    ['an amount with a sign', 'max-total:5000000', 'max-total:+5000000'],
    ['an amount with a leading zero', 'max-total:5000000', 'max-total:05000000'],
    ['an amount in another script', 'max-total:5000000', 'max-total:５000000'],
    [
      'a recipient that the words do not count',
      /$/,
      `\n- urn:quittance:mandate:recipient:${P2.replace('M', 'N')}`,
    ],
    ['a recipient named twice', /$/, `\n- urn:quittance:mandate:recipient:${P1}`],
    ['a resource nobody knows', /$/, '\n- urn:quittance:mandate:everything'],
    ['another domain', 'quittance.example wants', 'quittance.example.evil wants'],
    ['another site', 'URI: https://quittance.example/app', 'URI: https://evil.example/app'],
    ['another chain', 'solana:devnet', 'solana:mainnet'],
    ['another money', 'asset:solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1', 'asset:solana:mainnet'],
    ['another version', 'Version: 1', 'Version: 2'],
    ['fields in another order', /(Version: 1)\n(Chain ID: \S+)/, '$2\n$1'],
    ['a field between the others', 'Nonce:', 'Request ID: 1\nNonce:'],
    ['a short nonce', /Nonce: .*/, 'Nonce: abc'],
    ['a time without milliseconds', /Issued At: .*/, 'Issued At: 2026-01-01T00:00:00Z'],
    ['a day there is not', /Issued At: .*/, 'Issued At: 2026-02-31T00:00:00.000Z'],
    ['a line break of another system', /\n/g, '\r\n'],
    ['a space at the end', /$/, ' '],
    ['a line at the end', /$/, '\n'],
    ['an invisible letter in the words', 'approve plans', 'approve​ plans'],
    ['nothing at all', /[\s\S]+/, ''],
    ['more than anybody reads', /$/, 'x'.repeat(7_000)],
  ];

  it.each(edits)('is refused with %s', (_what, from, to) => {
    const altered = message.replace(from, to);
    expect(altered).not.toBe(message);
    expect(refusal(altered).code).toBe('MANDATE_MESSAGE_INVALID');
  });
});
