import { isWellFormedAddress } from '../../../src/adapters/solana/well-formed.js';
import type { Offer } from '../../kit/paid-service.js';
import { type HostileCase, PRICE } from './hostile-house.js';
import { asking, type Conduct, inV1, settleAndAnswer, type Terms } from './hostile-service.js';
import { parties } from './parties.js';

type Change = (offer: Offer) => unknown;

const offering = (...changes: Change[]): Conduct => ({
  unpaid: (response, { offer, required }) =>
    asking(response, { ...required, accepts: changes.map((change) => change(offer)) }),
});
const asks = (name: string, change: Change): HostileCase => ({ name, ...offering(change) });
const extra =
  (more: object): Change =>
  (offer) => ({ ...offer, extra: { ...offer.extra, ...more } });
const declaring = (name: string, change: (terms: Terms) => object): HostileCase => ({
  name,
  unpaid: (response, terms) => asking(response, { ...terms.required, ...change(terms) }),
});
const honest: Change = (offer) => offer;
const cheaper = String(PRICE - 1n);
/** An address that differs from this one in the case of one letter. */
function lookAlike(text: string): string {
  for (const [at, letter] of [...text].entries()) {
    const other = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
    const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
    if (changed !== text && isWellFormedAddress(changed)) return changed;
  }
  throw new Error(`${text} has no look-alike`);
}

/** Terms that are not what was approved. */
export const swaps: readonly HostileCase[] = [
  asks('asks one unit above the approval', (o) => ({ ...o, amount: String(PRICE + 1n) })),
  asks('asks with three decimals more', (o) => ({ ...o, amount: `${PRICE}000` })),
  { ...asks('asks one unit below the approval', (o) => ({ ...o, amount: cheaper })), price: PRICE - 1n },
  asks('asks for nothing', (o) => ({ ...o, amount: '0' })),
  asks('asks for less than nothing', (o) => ({ ...o, amount: '-10000' })),
  asks('asks for a fraction', (o) => ({ ...o, amount: '9999.5' })),
  asks('asks in powers of ten', (o) => ({ ...o, amount: '1e4' })),
  asks('asks in hexadecimal', (o) => ({ ...o, amount: '0x2710' })),
  asks('asks in digits of another script', (o) => ({ ...o, amount: '١٠٠٠٠' })),
  asks('asks with a space before the digits', (o) => ({ ...o, amount: ' 10000' })),
  asks('asks for more than there is', (o) => ({ ...o, amount: '9'.repeat(40) })),
  asks('asks for what wraps around to the price in 64 bits', (o) => ({
    ...o,
    amount: `${2n ** 64n + PRICE}`,
  })),
  asks('asks with a number in place of text', (o) => ({ ...o, amount: 10_000 })),
  asks('names another recipient', (o) => ({ ...o, payTo: parties().thief })),
  asks('names the payer as recipient', (o) => ({ ...o, payTo: parties().escrow })),
  asks('names the token account in place of its owner', (o) => ({ ...o, payTo: parties().providerAccount })),
  asks('names the recipient with one letter in another case', (o) => ({ ...o, payTo: lookAlike(o.payTo) })),
  asks('names the recipient with a look-alike letter', (o) => ({
    ...o,
    payTo: o.payTo.replace(/[a-zA-Z]/, 'а'),
  })),
  asks('names the recipient with an invisible letter', (o) => ({ ...o, payTo: `${o.payTo}\u200b` })),
  asks('names another asset', (o) => ({ ...o, asset: parties().otherMint })),
  asks('names the asset by its symbol', (o) => ({ ...o, asset: 'USDC' })),
  asks('names the main network', (o) => ({ ...o, network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' })),
  asks('names a network of another kind', (o) => ({ ...o, network: 'eip155:8453' })),
  asks('names the network as version 1 does', (o) => ({ ...o, network: 'solana-devnet' })),
  asks('asks by an unknown scheme', (o) => ({ ...o, scheme: 'upto' })),
  asks('asks by a scheme with a look-alike letter', (o) => ({ ...o, scheme: 'еxact' })),
  asks('gives no time to pay', (o) => ({ ...o, maxTimeoutSeconds: 0 })),
  asks('had its validity end before now', (o) => ({ ...o, maxTimeoutSeconds: -60 })),
];

/** What an offer carries beside its terms. */
export const extras: readonly HostileCase[] = [
  asks('makes the payer pay the fee', extra({ feePayer: '' })),
  {
    name: 'makes the payer the fee payer',
    ...offering((offer) => extra({ feePayer: parties().escrow })(offer)),
  },
  asks('names no fee payer', extra({ feePayer: undefined })),
  asks('prescribes the memo', extra({ memo: 'invoice 7' })),
  asks('prescribes an empty memo', extra({ memo: '' })),
  asks('prescribes a memo longer than the scheme has it', extra({ memo: 'x'.repeat(257) })),
  asks('prescribes the memo of a refund', extra({ memo: `refund:${'5'.repeat(88)}` })),
  asks('prescribes the memo of an anchor of our log', extra({ memo: 'quittance-log/1 origin 7 root' })),
  asks(
    'suggests a blockhash of its own',
    extra({ recentBlockhash: 'GfVcyD4kkTrj4bKc7WA9sZCin9JDbdT4Zkd3EittNR1W' }),
  ),
  asks('suggests a height that never passes', extra({ lastValidBlockHeight: '18446744073709551615' })),
  asks('names another token program', extra({ tokenProgram: '11111111111111111111111111111111' })),
  asks(
    'carries a hundred members more',
    extra(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, i]))),
  ),
  declaring('wants extensions echoed that fill a header', () => ({
    extensions: { bazaar: { info: { filler: 'x'.repeat(9_000) } } },
  })),
  declaring('puts a prototype into its extensions', () => ({
    extensions: JSON.parse(
      '{"__proto__": {"polluted": true}, "payment-identifier": {"info": {"id": "pay_of_another_one"}}}',
    ),
  })),
  declaring('sells another path', ({ required }) => ({
    resource: { ...required.resource, url: `${required.resource.url}/../cheaper` },
  })),
  declaring('sells an encoded path', ({ required }) => ({
    resource: { ...required.resource, url: required.resource.url.replace('/case', '/%63ase') },
  })),
  declaring('sells at another host', () => ({ resource: { url: 'https://evil.example/case' } })),
  declaring('sells nothing that is named', () => ({ resource: undefined })),
];

/** Several offers at once. */
export const choices: readonly HostileCase[] = [
  {
    name: 'offers a cheaper way, to another recipient',
    ...offering((o) => ({ ...o, amount: '1', payTo: parties().thief }), honest),
  },
  { name: 'offers the same twice, dearer first', ...offering((o) => ({ ...o, amount: '20000' }), honest) },
  {
    name: 'hides one honest offer among two dozen others',
    ...offering(
      ...Array.from(
        { length: 24 },
        (_, i): Change =>
          (o) => ({ ...o, network: `eip155:${i}`, extra: {} }),
      ),
      honest,
    ),
  },
  { name: 'offers nothing', ...offering() },
  {
    name: 'asks in version 1 in the body',
    unpaid: (response, { offer, required }) => {
      const accepts = [inV1(offer, required.resource.url)];
      response.writeHead(402).end(JSON.stringify({ x402Version: 1, accepts }));
    },
    paid: settleAndAnswer,
  },
  {
    name: 'asks in version 1 for one unit more',
    unpaid: (response, { offer, required }) => {
      const accepts = [inV1({ ...offer, amount: String(PRICE + 1n) }, required.resource.url)];
      response.writeHead(402).end(JSON.stringify({ x402Version: 1, accepts }));
    },
  },
  {
    name: 'asks honestly in the header and dearer in the body',
    unpaid: (response, { offer, required }) => {
      const accepts = [inV1({ ...offer, amount: '20000' }, required.resource.url)];
      response
        .writeHead(402, { 'payment-required': Buffer.from(JSON.stringify(required)).toString('base64') })
        .end(JSON.stringify({ x402Version: 1, accepts }));
    },
  },
  {
    name: 'asks dearer each time it is asked',
    unpaid: (response, { offer, required }, number) => {
      asking(response, { ...required, accepts: [{ ...offer, amount: String(PRICE - 2n + BigInt(number)) }] });
    },
    paid: async (response) => response.writeHead(402).end('{}'),
  },
];
