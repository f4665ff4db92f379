import type { webcrypto } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { receipt } from '../../commands/receipt/decide.js';
import { toMicros } from '../../kernel/money.js';

describe('the edge of the API', () => {
  let house: House;
  let alice: Client;
  let nobody: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    nobody = new Client(house.url, undefined);
  });
  afterAll(() => house.close());

  describe('without a valid key', () => {
    it.each([
      ['no key', undefined],
      ['a key that was never issued', `qk_${'x'.repeat(43)}`],
      ['rubbish', 'Basic abc'],
      ['a key with a NUL', 'qk_abc%00def'],
    ])('answers %s with 401 before it reads the body', async (_what, secret) => {
      const reply = await new Client(house.url, secret).post('/workflows/create', '{"input":');
      expect(reply).toMatchObject({ status: 401, body: { success: false, code: 'UNAUTHENTICATED' } });
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    });

    it('takes the key from X-Api-Key as well', async () => {
      const reply = await nobody.get('/workflows/history', { 'x-api-key': alice.secret! });
      expect(reply.status).toBe(200);
    });

    it('lets nobody but probes and the public endpoints in', async () => {
      const { body } = await nobody.get('/docs/openapi.json');
      const open = [
        '/health',
        '/metrics',
        '/receipts/{id}',
        '/receipts/verify',
        '/proofs',
        '/log/',
        '/.well-known',
      ];
      for (const [path, operations] of Object.entries<Record<string, object>>(body.paths)) {
        if (open.some((start) => path.startsWith(start))) continue;
        for (const method of Object.keys(operations)) {
          const url = house.url + path.replaceAll(/\{\w+\}/g, 'some_1');
          const reply = await fetch(url, { method: method.toUpperCase() });
          expect(`${method} ${path} ${reply.status}`).toBe(`${method} ${path} 401`);
        }
      }
      expect((await nobody.post('/receipts/rcpt_1/share')).status).toBe(401);
    });
  });

  it('answers an unknown address in the envelope', async () => {
    expect(await alice.get('/nowhere')).toMatchObject({
      status: 404,
      body: { success: false, code: 'NOT_FOUND' },
    });
  });

  it('says nothing of an unexpected error but that it was logged', async () => {
    const read = house.api.store.read;
    house.api.store.read = () => {
      throw new Error('secret detail');
    };
    const reply = await alice.post('/workflows/wf_1/approve');
    house.api.store.read = read;
    expect(reply).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(reply.body)).not.toContain('secret detail');
    expect(house.logged.at(-1)).toMatchObject({ correlationId: reply.headers.get('x-correlation-id') });
  });

  it.each([
    ['an integer that two parsers may read differently', '12345678901234567890', 'integer above 2^53'],
    ['half a character', '"\\ud800"', '$.metadata.order: lone surrogate'],
    [
      'half a character, somewhere within',
      '{"a":[{"b":"x\\udfffy"}]}',
      '$.metadata.order.a[0].b: lone surrogate',
    ],
    ['a number that is too large for any', '1e999', 'not a finite number'],
    ['what is nested without an end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested'],
  ])('refuses a body with %s, and says where', async (_what, value, why) => {
    const text = `{"input":"Analyse the sales figures, please.","metadata":{"order":${value}}}`;
    const reply = await alice.post('/workflows/create', text as never);
    const problems = [expect.stringContaining(why)];
    expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', details: { problems } } });
  });

  it.each([
    ['cannot be decoded', '/workflows/%zz'],
    ['is longer than any id', `/workflows/${'x'.repeat(10_000)}`],
    ['holds a NUL', '/workflows/wf_%00'],
  ])('has nothing at an address that %s', async (_what, path) => {
    const nothing = { success: false, code: 'NOT_FOUND', error: 'There is nothing at this address.' };
    const reply = await fetch(house.url + path, { headers: { authorization: `Bearer ${alice.secret}` } });
    expect([reply.status, await reply.json()]).toEqual([404, nothing]);
  });

  it.each([
    ['what is no HTTP', 'GARBAGE\r\n\r\n', 400, 'VALIDATION_FAILED'],
    [
      'endless headers',
      `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'TOO_LARGE',
    ],
  ])('refuses %s like anything else', async (_what, text, status, code) => {
    const { port } = new URL(house.url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    for await (const bytes of socket.setEncoding('utf8')) answer += bytes;
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    expect(head.split(' ')[1]).toBe(String(status));
    expect(JSON.parse(body)).toEqual({ success: false, code, error: expect.any(String) });
    expect((await nobody.get('/health')).status).toBe(200);
  });

  it('refuses a query with a NUL', async () => {
    const operator = await house.user('user_asker', ['operator']);
    for (const wanted of ['stream', 'type', 'actor', 'correlation', 'code'])
      expect(await operator.get(`/audit/events?${wanted}=a%00`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', details: { problems: [`${wanted}: a NUL`] } },
      });
  });

  it('waits no longer than its bound for a position nobody has written', async () => {
    const reply = await alice.get('/workflows/history', { 'x-min-position': '0'.repeat(80) });
    expect(reply.status).toBe(200);
    expect(await alice.get('/workflows/history', { 'x-min-position': 'not a position' })).toMatchObject({
      status: 400,
    });
  });

  it('waits for the read models that are asked, and not for one that stands still', async () => {
    const standing = await openHouse();
    const [ann, operator] = [await standing.user('user_ann'), await standing.user('user_op', ['operator'])];
    await standing.stop('audit');
    const { headers } = await ann.post('/api-keys', { name: 'laptop' });
    const written = { 'x-min-position': headers.get('x-position')! };
    const { body } = await ann.get('/api-keys', written);
    expect(body.apiKeys.map(({ name }: { name: string }) => name)).toContain('laptop');
    expect(await operator.get('/audit/events', written)).toMatchObject({
      status: 503,
      body: { code: 'DEPENDENCY_DOWN' },
    });
    await standing.close();
  });

  describe('API keys', () => {
    it('are shown once, listed without secret, and only to their owner', async () => {
      const issued = await alice.post('/api-keys', { name: 'laptop' }, { 'idempotency-key': 'key-1' });
      expect(issued).toMatchObject({
        status: 201,
        body: { apiKey: { secret: expect.stringMatching(/^qk_/) } },
      });
      const again = await alice.post('/api-keys', { name: 'laptop' }, { 'idempotency-key': 'key-1' });
      expect(again.body.apiKey).toEqual({ id: issued.body.apiKey.id, prefix: issued.body.apiKey.prefix });
      await house.caughtUp();
      const listed = await alice.get('/api-keys');
      expect(listed.body.apiKeys).toHaveLength(2);
      expect(JSON.stringify(listed.body)).not.toContain(issued.body.apiKey.secret);
      const mallory = await house.user('user_mallory');
      expect((await mallory.get('/api-keys')).body.apiKeys).toHaveLength(1);
      expect(await mallory.delete(`/api-keys/${issued.body.apiKey.id}`)).toMatchObject({ status: 404 });
    });

    it('are refused once revoked, and after a rotation the old secret ends with its grace', async () => {
      const { body } = await alice.post('/api-keys', { name: 'short-lived' });
      await house.caughtUp();
      const { id, secret } = body.apiKey;
      const old = new Client(house.url, secret);
      expect((await old.get('/api-keys')).status).toBe(200);
      const rotated = await alice.post(`/api-keys/${id}/rotate`, { graceMs: 60_000 });
      await house.caughtUp();
      house.api.authenticator.forgetAll();
      const fresh = new Client(house.url, rotated.body.apiKey.secret);
      expect([(await old.get('/api-keys')).status, (await fresh.get('/api-keys')).status]).toEqual([
        200, 200,
      ]);
      house.clock.offset = 61_000;
      expect([(await old.get('/api-keys')).status, (await fresh.get('/api-keys')).status]).toEqual([
        401, 200,
      ]);
      house.clock.offset = 0;
      await alice.delete(`/api-keys/${id}`);
      await house.caughtUp();
      house.api.authenticator.forgetAll();
      expect((await fresh.get('/api-keys')).status).toBe(401);
    });

    it('stand nowhere but as keyed hashes', async () => {
      const { rows } = await house.sql.query('select * from rm_api_keys');
      expect(JSON.stringify(rows)).not.toContain(alice.secret!.slice(12));
    });
  });

  describe('receipts', () => {
    it('are read by strangers only while they are shared', async () => {
      const { body } = await alice.post('/workflows/create', { input: 'a request in plain words' });
      const id = 'rcpt_1r1';
      await house.dispatch.send(
        receipt,
        id,
        {
          type: 'IssueReceipt',
          receiptId: id,
          workflowId: body.workflow.id,
          runNo: 1,
          userId: alice.userId,
          outcome: 'completed',
          level: 'basic',
          workflowHash: '1',
          resultsRoot: '2',
          finalResultHash: '3',
          totalCost: toMicros(20_000n),
          documentHash: 'd'.repeat(64),
          document: { sha256: 'e'.repeat(64), size: 10, mediaType: 'application/json' },
          keyId: 'issuer-1',
          at: new Date().toISOString(),
        },
        { commandId: 'issue', correlationId: body.workflow.id, actor: { type: 'saga', id: 'test' } },
      );
      await house.caughtUp();
      const mallory = await house.user('user_mallory2');
      const read = async () => [
        (await alice.get(`/receipts/${id}`)).status,
        (await mallory.get(`/receipts/${id}`)).status,
        (await nobody.get(`/receipts/${id}`)).status,
      ];
      expect(await read()).toEqual([200, 404, 404]);
      expect((await mallory.post(`/receipts/${id}/share`)).status).toBe(404);
      await alice.post(`/receipts/${id}/share`);
      await house.caughtUp();
      expect(await read()).toEqual([200, 200, 200]);
      await alice.post(`/receipts/${id}/share`, { shared: false });
      await house.caughtUp();
      expect(await read()).toEqual([200, 404, 404]);
    });

    it('are verified for anybody, whatever they bring', async () => {
      const reply = await nobody.post('/receipts/rcpt_1r1/verify', { receipt: { any: 'thing' } });
      expect(reply).toMatchObject({ status: 200, body: { success: true, valid: false } });
      const proof = { circuitId: 'x', proof: {}, publicSignals: [] };
      expect(await nobody.post('/proofs/verify', proof)).toMatchObject({
        status: 200,
        body: { valid: false },
      });
      expect(await nobody.post('/proofs/verify', { ...proof, verificationKey: {} })).toMatchObject({
        status: 400,
      });
    });
  });

  describe('escrow', () => {
    it('opens only for a wallet that signed for this user', async () => {
      const keys = (await crypto.subtle.generateKey('Ed25519', true, [
        'sign',
        'verify',
      ])) as webcrypto.CryptoKeyPair;
      const { getAddressFromPublicKey } = await import('@solana/kit');
      const wallet = await getAddressFromPublicKey(keys.publicKey);
      const { body } = await alice.get(`/escrow/address?wallet=${wallet}`);
      const sign = async (text: string) =>
        Buffer.from(
          await crypto.subtle.sign('Ed25519', keys.privateKey, new TextEncoder().encode(text)),
        ).toString('base64');
      const signature = await sign(body.challenge);
      const path = `/escrow/${alice.userId}/create`;
      const forged = { userWallet: wallet, signature: await sign(`${body.challenge} `) };
      expect(await alice.post(path, forged)).toMatchObject({
        status: 403,
        body: { code: 'WALLET_SIGNATURE_INVALID' },
      });
      const mallory = await house.user('user_mallory3');
      expect(
        await mallory.post(`/escrow/${mallory.userId}/create`, { userWallet: wallet, signature }),
      ).toMatchObject({
        status: 403,
      });
      expect(await mallory.post(path, { userWallet: wallet, signature })).toMatchObject({ status: 404 });
      expect(await alice.post(path, { userWallet: wallet, signature })).toMatchObject({ status: 201 });
    });

    it('takes a deposit once it is told of it, and refuses what is no amount or signature', async () => {
      const path = `/escrow/${alice.userId}/deposit`;
      const signature = '4'.repeat(88);
      expect(await alice.post(path, { amount: 1.5, signature })).toMatchObject({
        status: 202,
        body: { deposit: { amountMicro: '1500000', status: 'submitted' } },
      });
      expect(await alice.post(path, { amount: 2, signature })).toMatchObject({
        status: 409,
        body: { code: 'SIGNATURE_USED' },
      });
      for (const body of [
        { amount: 0, signature },
        { amount: 1, signature: '0OIl' },
        { amount: -1, signature },
      ])
        expect(await alice.post(path, body)).toMatchObject({ status: 400 });
      await house.caughtUp();
      const history = await alice.get(`/escrow/${alice.userId}/history`);
      expect(history.body.history[0]).toMatchObject({ kind: 'deposit_submitted', amountMicro: '1500000' });
    });
  });

  it('serves its description, made of the schemas that validate, on a page without foreign parts', async () => {
    const { body } = await nobody.get('/docs/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const create = body.paths['/workflows/create'].post;
    const schema = create.requestBody.content['application/json'].schema;
    expect(schema.properties.input).toMatchObject({ type: 'string', minLength: 10, maxLength: 5_000 });
    expect(schema.additionalProperties).toBe(false);
    const page = await nobody.get('/docs');
    expect(page.body).not.toMatch(/https?:\/\//);
    for (const [, file] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await nobody.get(file)).status).toBe(200);
    expect((await nobody.get('/docs/files/package.json')).status).toBe(404);
  });

  it('tells operators how it is, and counts calls by route', async () => {
    expect((await nobody.get('/health')).body).toMatchObject({
      status: 'healthy',
      dependencies: { database: true },
      metrics: { activeWorkflows: expect.any(Number), queueDepth: { dead: 0 } },
    });
    expect((await nobody.get('/health/ready')).status).toBe(200);
    const { body } = await nobody.get('/metrics');
    expect(body).toContain('quittance_http_request_seconds_count{method="POST",route="/workflows/create"');
    expect(body).not.toMatch(/wf_[0-9A-Z]{26}/);
  });
});

describe('while the database is away', () => {
  let house: House;
  let alice: Client;
  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    expect((await alice.get('/workflows/history')).status).toBe(200);
    house.outage.isAway = true;
    // whose key it is was looked up too long ago to be believed
    house.clock.offset = 60_000;
  });
  afterAll(() => house.close());

  it.each(['/.well-known/quittance-keys.json', '/.well-known/jwks.json'])(
    '%s is public, and answered to those who send a key, too',
    async (path) => expect((await alice.get(path)).status).toBe(200),
  );

  it('what is somebody’s own is not', async () =>
    expect(await alice.get('/workflows/history')).toMatchObject({
      status: 503,
      body: { code: 'STORE_UNAVAILABLE' },
    }));
});

describe('the rate limit', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ perMinute: 5 });
  });
  afterAll(() => house.close());

  it('of one user is reached by that user alone, and ends', async () => {
    const [alice, bob] = [await house.user('user_alice'), await house.user('user_bob')];
    house.clock.offset = -(house.clock.now() % 60_000);
    for (let call = 0; call < 5; call++) expect((await alice.get('/api-keys')).status).toBe(200);
    const refused = await alice.get('/api-keys');
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect((await bob.get('/api-keys')).status).toBe(200);
    house.clock.offset += wait * 1_000;
    expect((await alice.get('/api-keys')).status).toBe(200);
  });

  it('stops guesses at keys by where they come from', async () => {
    const guess = () => new Client(house.url, `qk_${'y'.repeat(43)}`).get('/api-keys');
    const statuses = [];
    for (let call = 0; call < 7; call++) statuses.push((await guess()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  it('does not count probes', async () => {
    const nobody = new Client(house.url, undefined);
    for (let call = 0; call < 10; call++) expect((await nobody.get('/health/live')).status).toBe(200);
  });
});
