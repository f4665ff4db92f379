import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { HostileCase } from './hostile-house.js';
import { answering, asking, type Conduct } from './hostile-service.js';

const says = (
  name: string,
  unpaid: NonNullable<Conduct['unpaid']>,
  more: Partial<HostileCase> = {},
): HostileCase => ({
  name,
  unpaid,
  ...more,
});
const header = (name: string, text: (honest: string) => string | string[]): HostileCase =>
  says(name, (response, { required }) => {
    const honest = Buffer.from(JSON.stringify(required)).toString('base64');
    response.writeHead(402, { 'payment-required': text(honest) }).end('{}');
  });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Writes until nobody listens any more. */
export function endless(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  const more = (): void => {
    while (!response.destroyed) if (!response.write(chunk)) return void response.once('drain', more);
  };
  more();
}

/** One byte now and then, for ever. */
export function dripping(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  const drip = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(drip));
}

/** 402 answers that cannot be read, and answers that are none. */
export const words: readonly HostileCase[] = [
  says('asks without saying what', (response) => response.writeHead(402).end()),
  header('asks in what is no base64', () => '*not base64*'),
  header('asks in base64 of no JSON', () => base64('{"x402Version":2,')),
  header('asks in base64 of null', () => base64('null')),
  header('asks in base64 of a list', () => base64('[]')),
  header('asks in brackets ten thousand deep', () =>
    base64('['.repeat(7_000) + ']'.repeat(7_000)).slice(0, 12_000),
  ),
  header('asks in version 3', (honest) => base64(Buffer.from(honest, 'base64').toString().replace('2', '3'))),
  header('asks in version 2 as text', (honest) =>
    base64(Buffer.from(honest, 'base64').toString().replace('"x402Version":2', '"x402Version":"2"')),
  ),
  header('asks twice, in two headers', (honest) => [honest, honest]),
  header('asks twice, once for less', (honest) => [
    honest,
    base64(Buffer.from(honest, 'base64').toString().replace('"10000"', '"1"')),
  ]),
  header('names a member twice', (honest) =>
    base64(
      Buffer.from(honest, 'base64').toString().replace('"amount":"10000"', '"amount":"1","amount":"10001"'),
    ),
  ),
  says('asks in a header of 100 KB', (response) => {
    response.writeHead(402, { 'payment-required': 'A'.repeat(100_000) }).end();
  }),
  says('asks in a body without an end', (response) => endless(response, 402)),
  says('asks in a body that drips', (response) => dripping(response, 402), { hasty: true }),
  says('asks in a body that unpacks to 100 MB', (response) => {
    response.writeHead(402, { 'content-encoding': 'gzip' }).end(bomb());
  }),
  says('says its body is larger than any', (response) => {
    response.writeHead(402, { 'content-length': '999999999999' });
    response.write('{}');
  }),
  says('never answers', () => undefined, { hasty: true }),
  says('breaks off', (response) => response.destroy()),
  says('answers without asking for money', (response) => answering(response)),
  says('answers 500', (response) => response.writeHead(500).end()),
  says('answers 403', (response) => response.writeHead(403).end()),
  says('asks with status 200', (response, { required }) => {
    response.writeHead(200, { 'payment-required': base64(JSON.stringify(required)) }).end('{"free":true}');
  }),
  says('replays an offer of another call', (response, { required }) =>
    asking(response, { ...required, resource: { url: required.resource.url.replace(/\d+$/, '1') } }),
  ),
];

let packed: Buffer | undefined;
const bomb = (): Buffer => {
  packed ??= gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 1 });
  return packed;
};
