import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodePaymentRequiredHeader } from '@x402/core/http';
import { PaymentRequiredV1Schema, PaymentRequiredV2Schema } from '@x402/core/schemas';
import Ajv from 'ajv/dist/2020.js';
import { DECLARATIONS } from '../../../src/embedded/services/declarations.js';
import { type Market, openMarket } from '../../../src/embedded/services/server/paid-server.kit.js';
import { wrongServiceReceipt } from '../../../src/verifier/service-receipt.js';

/** What our services and our facilitator say, member by member, as the specification has it. */
let market: Market;
beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market.close());

const PARSE = { content: 'month,price\n2024-01,10\n', format: 'csv', name: 'prices' };
const post = (id: string, headers: Record<string, string> = {}, body: unknown = PARSE) =>
  fetch(market.call(id, {}).url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const payloadOf = (jws: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jws.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
interface Declared {
  readonly info: Record<string, never>;
  readonly schema: object;
}
const required = async (id: string) => {
  const answer = await fetch(market.call(id, {}).url, { method: 'POST' });
  const header = answer.headers.get('payment-required')!;
  return { answer, header, required: decodePaymentRequiredHeader(header) };
};

describe('a 402 answer', () => {
  it.each(DECLARATIONS.map(({ id }) => id))(
    'of %s says in version 2 what it must, and no more',
    async (id) => {
      const { answer, header, required: said } = await required(id);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([402, 'no-store']);
      expect(() => PaymentRequiredV2Schema.parse(said)).not.toThrow();
      expect(Object.keys(said).sort()).toEqual(['accepts', 'error', 'extensions', 'resource', 'x402Version']);
      const { url } = market.call(id, {});
      expect(said.resource).toMatchObject({
        url,
        mimeType: 'application/json',
        description: expect.any(String),
      });
      const { serviceName, tags } = said.resource as { serviceName: string; tags: string[] };
      for (const words of [serviceName, ...tags]) expect(words).toMatch(/^[\x20-\x7e]{1,32}$/);
      expect(tags.length).toBeLessThanOrEqual(5);
      expect(said.accepts).toEqual([
        {
          scheme: 'exact',
          network: market.chain.network,
          amount: expect.stringMatching(/^[1-9]\d*$/),
          asset: market.chain.mint,
          payTo: market.services().payTo,
          maxTimeoutSeconds: 60,
          extra: { feePayer: expect.any(String), paymentFlow: 'upfront' },
        },
      ]);
      // servers and proxies take 8 KB of a header, and clients send most of it back
      expect(header.length).toBeLessThan(7_000);
    },
  );

  it.each(DECLARATIONS.map(({ id }) => id))(
    'of %s declares extensions that fit their own schemas',
    async (id) => {
      const { required: said } = await required(id);
      const extensions = said.extensions as Record<string, Declared>;
      expect(Object.keys(extensions).sort()).toEqual(['bazaar', 'offer-receipt', 'payment-identifier']);
      for (const [name, { info, schema }] of Object.entries(extensions)) {
        const ajv = new Ajv.default({ strict: false });
        expect([name, ajv.validate(schema, info), ajv.errors]).toEqual([name, true, null]);
      }
      expect(extensions['bazaar']!.info).toMatchObject({
        input: { type: 'http', method: 'POST', bodyType: 'json' },
      });
      const { scheme, network, asset, payTo, amount } = said.accepts[0]!;
      const { offers } = extensions['offer-receipt']!.info as unknown as {
        offers: { format: string; acceptIndex: number; signature: string }[];
      };
      expect(offers).toMatchObject([{ format: 'jws', acceptIndex: 0 }]);
      expect(payloadOf(offers[0]!.signature)).toEqual({
        version: 1,
        resourceUrl: said.resource.url,
        ...{ scheme, network, asset, payTo, amount },
      });
    },
  );

  it('says in version 1, in its body, what version 1 must', async () => {
    const { answer } = await required('parse-table');
    const body = (await answer.json()) as { accepts: { network: string; maxAmountRequired: string }[] };
    expect(() => PaymentRequiredV1Schema.parse(body)).not.toThrow();
    expect(body.accepts).toMatchObject([
      { network: 'solana-devnet', maxAmountRequired: '4000', scheme: 'exact' },
    ]);
  });
});

describe('a paid answer', () => {
  it('tells of the settlement, and is signed for in the form of the extension', async () => {
    const call = market.call('parse-table', PARSE);
    const { payment, quote } = await market.prepare(call);
    const reply = await market.send(call, payment.header);
    const receipt = JSON.parse(Buffer.from(reply.receipt!, 'base64').toString()) as Record<string, string> & {
      extensions: Record<string, Declared>;
    };
    expect(receipt).toMatchObject({
      success: true,
      network: market.chain.network,
      payer: expect.any(String),
    });
    const { info, schema } = receipt.extensions['offer-receipt']!;
    expect(new Ajv.default({ strict: false }).validate(schema, info)).toBe(true);
    const { signature } = (info as unknown as { receipt: { signature: string } }).receipt;
    expect(payloadOf(signature)).toEqual({
      version: 1,
      network: market.chain.network,
      resourceUrl: call.url,
      payer: receipt['payer'],
      issuedAt: expect.any(Number),
      transaction: receipt['transaction'],
    });
    const { network, payer, transaction } = receipt as unknown as Record<
      'network' | 'payer' | 'transaction',
      string
    >;
    const paid = { network, payer, payee: quote.payTo, signature: transaction };
    expect(wrongServiceReceipt(signature, paid)).toBeUndefined();
  });

  it('is the first answer again for the same payload, receipt and all', async () => {
    const call = market.call('parse-table', PARSE);
    const { payment } = await market.prepare(call);
    const first = await market.send(call, payment.header);
    const again = await market.send(call, payment.header);
    expect([again.status, again.text, again.receipt]).toEqual([200, first.text, first.receipt]);
  });
});

describe('a payment that is not taken', () => {
  it.each([
    ['is no base64', '%%%'],
    ['is no JSON', Buffer.from('{').toString('base64')],
    ['is of version 3', Buffer.from(JSON.stringify({ x402Version: 3, payload: {} })).toString('base64')],
    [
      'carries no transaction',
      Buffer.from('{"x402Version":2,"accepted":{},"payload":{}}').toString('base64'),
    ],
  ])('is a bad request where it %s, and the terms are told again', async (_, header) => {
    const answer = await post('parse-table', { 'payment-signature': header });
    expect(answer.status).toBe(400);
    expect(decodePaymentRequiredHeader(answer.headers.get('payment-required')!).error).toBe(
      'invalid_payload',
    );
  });

  it('is answered with 402, the terms and the reason where it cannot be settled', async () => {
    const call = market.call('parse-table', PARSE);
    const { payment } = await market.prepare(call);
    market.chain.skipSlots(200);
    const answer = await post('parse-table', { 'payment-signature': payment.header });
    expect(answer.status).toBe(402);
    expect(decodePaymentRequiredHeader(answer.headers.get('payment-required')!).error).toMatch(
      /^invalid_exact_svm_/,
    );
  });

  it('is a conflict where its identifier was given for another payload', async () => {
    const call = market.call('parse-table', PARSE);
    const [first, second] = [await market.prepare(call), await market.prepare(call)];
    const decoded = (header: string) =>
      JSON.parse(Buffer.from(header, 'base64').toString()) as { extensions: object };
    await market.send(call, first.payment.header);
    const renamed = {
      ...decoded(second.payment.header),
      extensions: decoded(first.payment.header).extensions,
    };
    const reply = await market.send(call, Buffer.from(JSON.stringify(renamed)).toString('base64'));
    expect(reply.status).toBe(409);
  });
});

describe('the facilitator', () => {
  const get = async (path: string) =>
    (await (await fetch(`${market.chain.facilitatorUrl}${path}`)).json()) as Record<string, unknown>;

  it('says what it supports, with the fee payer to name', async () => {
    const { feePayer } = (await required('parse-table')).required.accepts[0]!.extra;
    expect(await get('/supported')).toEqual({
      kinds: [
        { x402Version: 2, scheme: 'exact', network: market.chain.network, extra: { feePayer } },
        { x402Version: 1, scheme: 'exact', network: 'solana-devnet', extra: { feePayer } },
      ],
      extensions: ['bazaar'],
      signers: { 'solana:*': [feePayer] },
    });
  });

  it('lists our services by their being paid, as they declare themselves', async () => {
    const call = market.call('parse-table', PARSE);
    const { payment, quote } = await market.prepare(call);
    await market.send(call, payment.header);
    const { items, pagination } = (await get('/discovery/resources?extensions=bazaar&scheme=exact')) as {
      items: { resource: string; lastUpdated: string }[];
      pagination: object;
    };
    const listed = items.find(({ resource }) => resource === call.url)!;
    expect(listed).toMatchObject({
      type: 'http',
      x402Version: 2,
      serviceName: 'Table Reader',
      accepts: [quote.requirement],
      extensions: { bazaar: { info: { input: { method: 'POST', body: { format: 'csv' } } } } },
    });
    expect(new Date(listed.lastUpdated).toISOString()).toBe(listed.lastUpdated);
    expect(pagination).toEqual({ limit: 20, offset: 0, total: items.length });
  });

  it.each([
    ['type=mcp'],
    ['payTo=0x0000000000000000000000000000000000000001'],
    ['scheme=batch-settlement'],
    ['network=eip155:999999999'],
    ['extensions=sign-in-with-x'],
    ['network=!!!'],
  ])('lists nothing that does not fit %s', async (filter) => {
    expect(await get(`/discovery/resources?${filter}`)).toMatchObject({
      items: [],
      pagination: { total: 0 },
    });
  });
});
