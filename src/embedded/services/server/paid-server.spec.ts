import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wrongServiceReceipt } from '../../../verifier/service-receipt.js';
import { type Market, openMarket } from './paid-server.kit.js';

const CSV = 'month,price\n2024-01,10\n2024-02,12\n2024-03,11\n2024-04,15\n';
const PARSE = { content: CSV, format: 'csv', name: 'prices' };

describe('a paid service', () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.close());

  const paid = async (id: string, body: unknown, dialect?: 'x402-v1') => {
    const call = market.call(id, body);
    const { payment, quote } = await market.prepare(call, dialect);
    return { call, quote, header: payment.header };
  };

  it('asks its declared price, is paid it on the chain, and answers', async () => {
    const before = await market.earned();
    const { call, quote, header } = await paid('parse-table', PARSE);
    expect(quote.amount).toBe(4_000n);
    const reply = await market.send(call, header);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ name: 'prices', rows: { length: 4 } });
    expect(await market.earned()).toBe(before + 4_000n);
    const receipt = JSON.parse(Buffer.from(reply.receipt!, 'base64').toString()) as Record<string, unknown>;
    expect(receipt).toMatchObject({ success: true, transaction: expect.any(String) });
    const { payer, network, transaction, extensions } = receipt as Record<string, string> & {
      extensions: {
        'offer-receipt': { info: { receipt: { format: string; signature: string } } };
      };
    };
    const { info } = extensions['offer-receipt'];
    expect(info).toMatchObject({ receipt: { format: 'jws' } });
    const said = JSON.parse(Buffer.from(info.receipt.signature.split('.')[1]!, 'base64url').toString());
    expect(said).toMatchObject({ version: 1, resourceUrl: call.url, payer, network, transaction });
    const signed = { payer: payer!, network: network!, payee: quote.payTo, signature: transaction! };
    expect(wrongServiceReceipt(info.receipt.signature, signed)).toBeUndefined();
  });

  it('settles and works once for ten copies of a request at the same time, and answers all of them', async () => {
    const before = { earned: await market.earned(), works: market.works.get('parse-table') ?? 0 };
    const { call, header } = await paid('parse-table', PARSE);
    const replies = await Promise.all(Array.from({ length: 10 }, () => market.send(call, header)));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(market.works.get('parse-table')).toBe(before.works + 1);
    expect(await market.earned()).toBe(before.earned + 4_000n);
  });

  it('answers the same paid bytes after a restart as before, without settling or working again', async () => {
    const { call, header } = await paid('parse-table', PARSE);
    const first = await market.send(call, header);
    const before = { earned: await market.earned(), works: market.works.get('parse-table') };
    await market.restart();
    const second = await market.send(call, header);
    expect([second.status, second.text, second.receipt]).toEqual([200, first.text, first.receipt]);
    expect(market.works.get('parse-table')).toBe(before.works);
    expect(await market.earned()).toBe(before.earned);
  });

  it('takes no payment that was made for another service of the same price', async () => {
    const table = { name: 't', columns: [{ name: 'x', type: 'number' }], rows: [], source: '', note: '' };
    const { header } = await paid('anomaly-scan', { table });
    const before = await market.earned();
    const reply = await market.send(market.call('group-compare', { table }), header);
    expect([reply.status, reply.body['code']]).toEqual([409, 'PAYMENT_ELSEWHERE']);
    expect(await market.earned()).toBe(before);
  });

  it('knows by the signed memo what a payment is for, whatever the header says around it', async () => {
    const table = { name: 't', columns: [{ name: 'x', type: 'number' }], rows: [], source: '', note: '' };
    const { header } = await paid('anomaly-scan', { table });
    const other = market.call('group-compare', { table });
    const payload = JSON.parse(Buffer.from(header, 'base64').toString()) as { resource?: { url: string } };
    payload.resource = { url: other.url };
    const reply = await market.send(other, Buffer.from(JSON.stringify(payload)).toString('base64'));
    expect([reply.status, reply.body['code']]).toEqual([409, 'PAYMENT_ELSEWHERE']);
  });

  it('takes no payment a second time for another body', async () => {
    const { call, header } = await paid('parse-table', PARSE);
    await market.send(call, header);
    const other = market.call('parse-table', { ...PARSE, name: 'others' });
    const reply = await market.send(other, header);
    expect([reply.status, reply.body['code']]).toEqual([409, 'PAYMENT_USED']);
  });

  it('knows a payment by the identifier its payer gave it, and takes that name for no other', async () => {
    const first = await paid('parse-table', PARSE);
    const second = await paid('parse-table', PARSE);
    const named = JSON.parse(Buffer.from(first.header, 'base64').toString()) as {
      extensions: Record<string, { info: { id: string } }>;
    };
    expect(named.extensions['payment-identifier']?.info.id).toMatch(/^pay_[\w-]{32}$/);
    expect((await market.send(first.call, first.header)).status).toBe(200);
    const before = await market.earned();
    const other = JSON.parse(Buffer.from(second.header, 'base64').toString()) as object;
    const renamed = Buffer.from(JSON.stringify({ ...other, extensions: named.extensions })).toString(
      'base64',
    );
    const reply = await market.send(second.call, renamed);
    expect([reply.status, reply.body['code']]).toEqual([409, 'IDENTIFIER_USED']);
    expect(await market.earned()).toBe(before);
  });

  it.each(['short', 'x'.repeat(129), 'pay_with spaces_in_it', 7])(
    'takes no payment under a name that is none: %j',
    async (id) => {
      const { call, header } = await paid('parse-table', PARSE);
      const payload = JSON.parse(Buffer.from(header, 'base64').toString()) as object;
      const extensions = { 'payment-identifier': { info: { required: false, id } } };
      const sent = Buffer.from(JSON.stringify({ ...payload, extensions })).toString('base64');
      expect((await market.send(call, sent)).status).toBe(400);
    },
  );

  it('is paid in version 1 by a client that knows no other, and tells it so in its words', async () => {
    const before = await market.earned();
    const { call, quote, header } = await paid('parse-table', PARSE, 'x402-v1');
    expect(quote).toMatchObject({ dialect: 'x402-v1', amount: 4_000n, network: market.chain.network });
    const send = async () => {
      const headers = { 'content-type': 'application/json', 'x-payment': header };
      const answer = await fetch(call.url, { method: 'POST', headers, body: JSON.stringify(PARSE) });
      const receipt = Buffer.from(answer.headers.get('x-payment-response') ?? '', 'base64').toString();
      return { status: answer.status, text: await answer.text(), receipt: JSON.parse(receipt) as object };
    };
    const first = await send();
    expect(first).toMatchObject({ status: 200, receipt: { success: true, network: 'solana-devnet' } });
    expect(await send()).toEqual(first);
    expect(await market.earned()).toBe(before + 4_000n);
  });

  it('takes no payment for less than its price', async () => {
    const { header } = await paid('parse-table', PARSE);
    const payload = JSON.parse(Buffer.from(header, 'base64').toString()) as { accepted: { amount: string } };
    payload.accepted.amount = '1';
    const cheap = Buffer.from(JSON.stringify(payload)).toString('base64');
    const refused = await market.send(market.call('parse-table', PARSE), cheap);
    expect([refused.status, refused.body['code']]).toEqual([402, 'PAYMENT_REQUIRED']);
  });

  it('refuses a wrong body before any money moves', async () => {
    const { header } = await paid('parse-table', PARSE);
    const before = await market.earned();
    const reply = await market.send(market.call('parse-table', { ...PARSE, colour: 'red' }), header);
    expect([reply.status, reply.body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    expect(await market.earned()).toBe(before);
  });

  it('says why work cannot be done, and says it again for the same bytes', async () => {
    const { call, header } = await paid('parse-table', { content: '{"a": [1, 2' });
    const first = await market.send(call, header);
    expect([first.status, first.body['code']]).toEqual([422, 'NOT_A_TABLE']);
    expect((await market.send(call, header)).text).toBe(first.text);
  });

  it('answers a header that is no payment as a bad request, with its price', async () => {
    const reply = await market.send(market.call('parse-table', PARSE), 'bm90IGEgcGF5bWVudA==');
    expect([reply.status, reply.body['error']]).toEqual([400, 'invalid_payload']);
  });

  it('refuses what is too large, of another method, or not sold', async () => {
    const { url } = market.services();
    const large = await fetch(`${url}/svc/parse-table`, {
      method: 'POST',
      body: new Uint8Array(17 * 1024 * 1024),
    });
    const got = await fetch(`${url}/svc/parse-table`);
    const unknown = await fetch(`${url}/svc/fortune-teller`, { method: 'POST' });
    expect([large.status, got.status, unknown.status]).toEqual([413, 405, 404]);
  });
});

describe('a settlement whose outcome did not reach us', () => {
  it('is asked for again by the same bytes, and is one payment and one piece of work', async () => {
    const lost = { replies: 1 };
    const market = await openMarket({}, (url) => forgetful(url, lost));
    try {
      const call = market.call('parse-table', PARSE);
      const { payment } = await market.prepare(call);
      const open = await market.send(call, payment.header);
      expect([open.status, open.body['code']]).toEqual([503, 'SETTLEMENT_OPEN']);
      expect([await market.earned(), market.works.size]).toEqual([4_000n, 0]);
      await market.restart();
      const other = await market.send(
        market.call('parse-table', { ...PARSE, name: 'other' }),
        payment.header,
      );
      expect([other.status, other.body['code']]).toEqual([409, 'PAYMENT_USED']);
      const served = await market.send(call, payment.header);
      expect(served.status).toBe(200);
      expect([await market.earned(), market.works.get('parse-table')]).toEqual([4_000n, 1]);
    } finally {
      await market.close();
    }
  });
});

/** Stands before a facilitator, passes everything on, and loses the answer to the first settlements. */
async function forgetful(url: string, lost: { replies: number }): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {};
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${request.url}`, { method: request.method!, headers, ...sent });
    const text = await answer.text();
    if (request.url === '/settle' && lost.replies-- > 0) response.destroy();
    else response.writeHead(answer.status, headers).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('a service that fails now and then', () => {
  const table = {
    name: 't',
    columns: [
      { name: 'year', type: 'number' },
      { name: 'price', type: 'number' },
    ],
    rows: [1, 2, 3, 4].map((i) => ({ year: 2000 + i, price: i })),
    source: '',
    note: '',
  };

  it('is busy for one paid call in four before it takes the money, and serves the same bytes afterwards', async () => {
    const drawn = [0.1, 0.3];
    const market = await openMarket({ random: () => drawn.shift() ?? 0.99 });
    try {
      const call = market.call('chart-express', { table });
      const { payment } = await market.prepare(call);
      const busy = await market.send(call, payment.header);
      expect([busy.status, busy.body['code']]).toEqual([503, 'BUSY']);
      expect(await market.earned()).toBe(0n);
      const served = await market.send(call, payment.header);
      expect(served.status).toBe(200);
      expect(await market.earned()).toBe(5_000n);
    } finally {
      await market.close();
    }
  });

  it('is busy three times for one request at most, whatever chance says', async () => {
    const market = await openMarket({ random: () => 0 });
    try {
      const call = market.call('chart-express', { table });
      const { payment } = await market.prepare(call);
      const answers: number[] = [];
      for (let n = 0; n < 4; n++) answers.push((await market.send(call, payment.header)).status);
      expect(answers).toEqual([503, 503, 503, 200]);
      const another = await market.prepare(call);
      expect((await market.send(call, another.payment.header)).status).toBe(503);
    } finally {
      await market.close();
    }
  });

  it('can also fail after it took the money, and then owes the answer to the same bytes', async () => {
    const { WORKSHOP } = await import('../workshop.js');
    const services = WORKSHOP.filter(({ declaration }) => declaration.id === 'chart-express').map(
      (service) => ({
        ...service,
        declaration: { ...service.declaration, failures: { share: 0.25, when: 'after-settlement' as const } },
      }),
    );
    const drawn = [0.1, 0.3];
    const market = await openMarket({ services, random: () => drawn.shift() ?? 0.99 });
    try {
      const call = market.call('chart-express', { table });
      const { payment } = await market.prepare(call);
      const busy = await market.send(call, payment.header);
      expect([busy.status, await market.earned()]).toEqual([503, 5_000n]);
      await market.restart();
      const served = await market.send(call, payment.header);
      expect([served.status, await market.earned()]).toEqual([200, 5_000n]);
    } finally {
      await market.close();
    }
  });
});
