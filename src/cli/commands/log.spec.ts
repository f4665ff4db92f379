import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { naiveConsistency, naiveRoot } from '../../../test/kit/naive-tree.js';
import { sampleIssuer } from '../../../test/kit/sample-issuer.js';
import { sampleLog } from '../../../test/kit/sample-log.js';
import { base64 } from '../../kernel/log/base64.js';
import { entryOf, receiptHash } from '../../kernel/log/entry.js';
import { logSigner } from '../../transparency/log-signer.js';
import { logCheck } from './log.js';

const entry = (n: number) => entryOf(receiptHash(`rcpt_${n}`), n.toString(16).padStart(64, '0'));
const folder = temporaryFolder();
const seen = join(folder.path, 'seen.json');
const said: string[] = [];

describe('quittance log check', () => {
  let entries: Uint8Array[] = [];
  let busy = 0;
  let server: Server;
  let url = '';
  /** who signs its heads, and what it publishes of its keys */
  let signer = sampleLog;
  let published = sampleLog;

  /** A log over HTTP that says whatever `entries` are at the moment. */
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      if (busy-- > 0) return response.writeHead(429, { 'retry-after': '0' }).end();
      if (pathname === '/log/checkpoint')
        return response.end(signer.checkpoint({ size: entries.length, root: naiveRoot(entries) }));
      if (pathname === '/.well-known/quittance-keys.json') {
        const { keyId, publicKey } = sampleIssuer;
        const key = { keyId, publicKey, alg: 'Ed25519', status: 'active', validFrom: null, validUntil: null };
        const { origin, keyText, former } = published;
        const log = { origin, key: keyText, ...(former.length > 0 && { former }) };
        return response.end(JSON.stringify({ format: 'quittance-keys/1', keys: [key], log }));
      }
      if (pathname === '/log/proofs/consistency') {
        const [from, to] = [Number(searchParams.get('from')), Number(searchParams.get('to'))];
        const hashes = naiveConsistency(from, entries.slice(0, to)).map(base64);
        return response.end(JSON.stringify({ success: true, consistency: { from, to, hashes } }));
      }
      if (pathname.startsWith('/log/tile/entries/000'))
        return response.end(Buffer.concat(entries.flatMap((each) => [Uint8Array.of(0, 64), each])));
      return response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    folder.remove();
  });
  beforeEach(() => {
    said.length = 0;
    busy = 0;
  });

  it('remembers what it saw, with the key it was told by the log itself', async () => {
    entries = [entry(1), entry(2)];
    expect(await logCheck({ url, seen })).toBe(0);
    expect(said.join('')).toContain('Its key was taken from the log itself');
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toMatchObject({ key: sampleLog.keyText });
  });

  it('is content as long as the log only grows, and waits when it is told to', async () => {
    entries = [...entries, entry(3), entry(4), entry(5)];
    busy = 1;
    expect(await logCheck({ url, seen, full: true })).toBe(0);
    expect(said.join('')).toContain('The 2 receipts seen before are how it begins.');
  });

  it('finds out that it was rewritten, keeps what it saw, and the evidence', async () => {
    const before = readFileSync(seen, 'utf8');
    const honest = entries;
    entries = [...honest.with(1, entry(9)), entry(6)];
    expect(await logCheck({ url, seen, json: true })).toBe(1);
    expect(JSON.parse(said.join(''))).toMatchObject({ valid: false, seen: JSON.parse(before).checkpoint });
    expect(readFileSync(seen, 'utf8')).toBe(before);
    const evidence = JSON.parse(readFileSync(`${seen}.evidence`, 'utf8'));
    expect([evidence.seen, evidence.now].map((note: string) => note.split('\n')[1])).toEqual(['5', '6']);
    entries = honest;
    expect(await logCheck({ url, seen })).toBe(0);
  });

  it('believes no log under another key than the one it was given', async () => {
    const key = sampleLog.keyText.replace('example.org/log', 'example.org/other');
    await expect(logCheck({ url, seen: join(folder.path, 'none'), logKey: key })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    expect(existsSync(join(folder.path, 'none'))).toBe(false);
  });

  it.each<[string, object, string]>([
    ['an address that is none', { url: 'example' }, 'URL_INVALID'],
    ['an address of another scheme', { url: 'file:///etc/passwd' }, 'URL_INVALID'],
    ['a server that is no Quittance', { url: 'URL/nothing' }, 'UNEXPECTED_ANSWER'],
    ['nobody there', { url: 'http://127.0.0.1:9' }, 'NOT_REACHED'],
    ['no installation', { data: 'FOLDER' }, 'NOT_RUNNING'],
    ['a memory that is none', { url: 'URL', seen: 'BROKEN' }, 'SEEN_UNREADABLE'],
  ])('refuses %s with its code', async (_what, flags, code) => {
    const broken = join(folder.path, 'broken.json');
    writeFileSync(broken, '{"checkpoint":1}');
    const filled = JSON.parse(
      JSON.stringify(flags)
        .replace('URL/nothing', `${url}/`)
        .replace('URL', url)
        .replace('FOLDER', folder.path)
        .replace('BROKEN', broken),
    );
    if (code === 'UNEXPECTED_ANSWER') busy = 5;
    const asked = logCheck({ seen: join(folder.path, 'fresh.json'), ...filled });
    await expect(asked).rejects.toMatchObject({ code });
  });

  describe('of a log that got another key', () => {
    const seeds = [5, 6, 7].map((n) => new Uint8Array(32).fill(n));
    const rotated = logSigner(seeds[1]!, sampleLog.origin, [seeds[0]!]);
    const twice = logSigner(seeds[2]!, sampleLog.origin, seeds.slice(0, 2));
    const rotatedSeen = join(folder.path, 'rotated.json');
    const keyKept = () => JSON.parse(readFileSync(rotatedSeen, 'utf8')).key;
    afterAll(() => {
      signer = sampleLog;
      published = sampleLog;
    });

    it('follows the former key to it, compares as before, and remembers it', async () => {
      entries = [entry(1), entry(2), entry(3)];
      expect(await logCheck({ url, seen: rotatedSeen })).toBe(0);
      expect(keyKept()).toBe(sampleLog.keyText);
      [signer, published] = [rotated, rotated];
      entries = [...entries, entry(4)];
      expect(await logCheck({ url, seen: rotatedSeen })).toBe(0);
      expect(said.join('')).toContain('signed by another key now');
      expect(said.join('')).toContain('The 3 receipts seen before are how it begins.');
      expect(keyKept()).toBe(rotated.keyText);
      said.length = 0;
      expect(await logCheck({ url, seen: rotatedSeen })).toBe(0);
      expect(said.join('')).not.toContain('another key');
    });

    it('follows it where the former keys sign heads no more', async () => {
      signer = logSigner(seeds[2]!, sampleLog.origin);
      published = twice;
      entries = [...entries, entry(5)];
      expect(await logCheck({ url, seen: rotatedSeen })).toBe(0);
      expect(keyKept()).toBe(twice.keyText);
    });

    it('finds out that it was rewritten when its key was replaced', async () => {
      [signer, published] = [twice, twice];
      entries = [entry(9), ...entries.slice(1), entry(6)];
      expect(await logCheck({ url, seen: rotatedSeen })).toBe(1);
      expect(said.join('')).toContain('It was rewritten');
    });

    it('believes no key that the one it knows did not name', async () => {
      const own = join(folder.path, 'own.json');
      [signer, published] = [sampleLog, sampleLog];
      expect(await logCheck({ url, seen: own })).toBe(0);
      const usurper = logSigner(new Uint8Array(32).fill(9), sampleLog.origin);
      signer = usurper;
      const honest = rotated.former[0]!;
      published = { ...usurper, former: [{ key: honest.key, handover: honest.handover }] };
      expect(await logCheck({ url, seen: own })).toBe(1);
      expect(JSON.parse(readFileSync(own, 'utf8')).key).toBe(sampleLog.keyText);
    });
  });
});
