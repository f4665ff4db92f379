import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GuardedClient } from './guarded-client.js';

let server: Server;
let origin: string;
let port: number;
let reached = 0;
const clients: GuardedClient[] = [];

const client = (options: ConstructorParameters<typeof GuardedClient>[0] = {}): GuardedClient => {
  const made = new GuardedClient(options);
  clients.push(made);
  return made;
};
const open = () => client({ allowedOrigins: [origin] });

function answer(request: IncomingMessage, response: ServerResponse): void {
  reached++;
  if (request.url === '/hang') return;
  if (request.url === '/cut') return void response.destroy();
  if (request.url === '/redirect') return void response.writeHead(307, { location: `${origin}/ok` }).end();
  if (request.url === '/large') return void response.end('x'.repeat(2_000));
  if (request.url === '/endless') return void response.write('x'.repeat(2_000));
  if (request.url === '/bomb')
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('0'.repeat(100_000)));
  if (request.url === '/packed/twice')
    return void response
      .writeHead(200, { 'content-encoding': 'deflate, br' })
      .end(brotliCompressSync(deflateSync('unpacked')));
  if (request.url === '/packed/strangely')
    return void response.writeHead(200, { 'content-encoding': 'own' }).end('as it is');
  if (request.url === '/packed/cut')
    return void response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync('0'.repeat(1_000)).subarray(0, 12));
  response.writeHead(200, { 'x-kind': 'plain' });
  request.pipe(response);
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
  origin = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await Promise.all(clients.map((one) => one.close()));
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const resolvingTo =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('hosts inside are not reached', () => {
  it.each([
    ['loopback', () => `http://127.0.0.1:${port}/`],
    ['a short loopback', () => `http://127.1:${port}/`],
    ['a decimal address', () => `http://2130706433:${port}/`],
    ['a hexadecimal address', () => `http://0x7f000001:${port}/`],
    ['an octal address', () => `http://0177.0.0.1:${port}/`],
    ['full-width digits', () => `http://１２７.0.0.1:${port}/`],
    ['IPv6 loopback', () => `http://[::1]:${port}/`],
    ['an IPv4-mapped address', () => `http://[::ffff:127.0.0.1]:${port}/`],
    ['unspecified, which is this host', () => `http://0.0.0.0:${port}/`],
    ['a name of loopback', () => `http://localhost:${port}/`],
    ['cloud metadata', () => 'http://169.254.169.254/latest/meta-data/'],
  ])('%s', async (_, url) => {
    const before = reached;
    await expect(client().request({ method: 'GET', url: url() })).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      kind: 'terminal',
    });
    expect(reached).toBe(before);
  });

  it('nor by a public name that resolves to one', async () => {
    const rebinding = client({ lookup: resolvingTo('127.0.0.1') });
    await expect(
      rebinding.request({ method: 'GET', url: `http://rebind.example:${port}/` }),
    ).rejects.toMatchObject({ code: 'ADDRESS_REFUSED', figures: { address: '127.0.0.1' } });
  });

  it('nor by a name with one forbidden address among public ones', async () => {
    const mixed = client({ lookup: resolvingTo('93.184.216.34', '::ffff:10.0.0.1') });
    await expect(mixed.request({ method: 'GET', url: 'http://mixed.example/' })).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      figures: { address: '::ffff:10.0.0.1' },
    });
  });

  it('nor through another port or name of an allowed origin', async () => {
    const one = open();
    for (const url of [`http://127.0.0.1:${port + 1}/`, `http://localhost:${port}/`])
      await expect(one.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });
});

describe('an allowed origin', () => {
  it('is reached, with method, body and headers', async () => {
    const got = await open().request({ method: 'POST', url: `${origin}/ok`, body: '{"a":1}' });
    expect([got.status, Buffer.from(got.body).toString(), got.header('X-Kind')]).toEqual([
      200,
      '{"a":1}',
      'plain',
    ]);
  });

  it('may not redirect, not even to itself', async () => {
    const before = reached;
    await expect(open().request({ method: 'GET', url: `${origin}/redirect` })).rejects.toMatchObject({
      code: 'REDIRECT_REFUSED',
      figures: { status: 307 },
    });
    expect(reached).toBe(before + 1);
  });

  it.each(['/large', '/endless', '/bomb'])(
    'may not answer with more bytes than the cap: %s',
    async (path) => {
      await expect(
        open().request({ method: 'GET', url: origin + path, maxBytes: 1_000 }),
      ).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE', figures: { maxBytes: 1_000 } });
    },
  );

  it.each([
    ['/packed/twice', 'unpacked'],
    ['/packed/strangely', 'as it is'],
  ])('answers as it packs: %s', async (path, text) => {
    const got = await open().request({ method: 'GET', url: origin + path });
    expect(Buffer.from(got.body).toString()).toBe(text);
  });

  it('that packs its answer and breaks off leaves the outcome unknown', async () => {
    await expect(open().request({ method: 'GET', url: `${origin}/packed/cut` })).rejects.toMatchObject({
      code: 'SERVICE_NO_ANSWER',
      kind: 'unknown',
    });
  });

  it('that does not answer in time leaves the outcome unknown', async () => {
    await expect(
      open().request({ method: 'GET', url: `${origin}/hang`, timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'SERVICE_TIMEOUT', kind: 'unknown' });
  });

  it('that never ends its answer is cut off in time', async () => {
    await expect(
      open().request({ method: 'GET', url: `${origin}/endless`, timeoutMs: 50 }),
    ).rejects.toMatchObject({ code: 'SERVICE_TIMEOUT', kind: 'unknown' });
  });

  it('that breaks off leaves the outcome unknown', async () => {
    await expect(open().request({ method: 'POST', url: `${origin}/cut` })).rejects.toMatchObject({
      code: 'SERVICE_NO_ANSWER',
      kind: 'unknown',
    });
  });

  it('where nobody listens may be asked again: nothing was sent', async () => {
    const idle = createServer();
    await new Promise<void>((done) => idle.listen(0, '127.0.0.1', done));
    const gone = `http://127.0.0.1:${(idle.address() as AddressInfo).port}`;
    await new Promise((done) => idle.close(done));
    await expect(
      client({ allowedOrigins: [gone] }).request({ method: 'GET', url: gone }),
    ).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE', kind: 'retryable' });
  });
});

describe('a URL is refused', () => {
  it.each([
    '',
    'no url',
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:text/plain,x',
    'http://u:p@example.com/',
    'http://example.com:25/',
    'https://example.com:6667/',
  ])('%s', async (url) => {
    await expect(client().request({ method: 'GET', url })).rejects.toMatchObject({ code: 'URL_REFUSED' });
  });
});
