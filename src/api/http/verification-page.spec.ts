import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { serveVerificationPage } from './verification-page.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const servers: FastifyInstance[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function served(file?: URL): Promise<() => Promise<Response>> {
  const server = fastify();
  servers.push(server);
  serveVerificationPage(server, file);
  const address = await server.listen({ port: 0, host: '127.0.0.1' });
  return () => fetch(`${address}/verify`);
}

async function page() {
  const answer = await (await served())();
  return { answer, body: await answer.text() };
}

describe('GET /verify', () => {
  it('answers the page that was built, whole', async () => {
    const { answer, body } = await page();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body.length).toBeGreaterThan(100_000);
    expect(body.trimEnd().endsWith('</html>')).toBe(true);
  });

  it('allows by hash what stands in it, and no network, frame or other program', async () => {
    const { answer, body } = await page();
    const policy = answer.headers.get('content-security-policy')!;
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const program = /<script id="program">([\s\S]*)<\/script>/.exec(body)![1]!;
    const style = /<style>([\s\S]*)<\/style>/.exec(body)![1]!;
    const rules = Object.fromEntries(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    expect(rules['script-src']).toBe(`script-src ${hash(program)} 'wasm-unsafe-eval'`);
    expect(rules['style-src']).toBe(`style-src ${hash(style)}`);
    expect(policy).not.toContain('unsafe-inline');
    for (const name of ['default-src', 'connect-src', 'base-uri', 'form-action', 'frame-ancestors'])
      expect(rules[name]).toBe(`${name} 'none'`);
    // from a file, where no header is, the page says the same by itself
    expect(body).toContain(policy.replace("; frame-ancestors 'none'", ''));
  });

  it('says that the page is missing where it was not built, and finds it once it is', async () => {
    const file = pathToFileURL(join(mkdtempSync(join(folder.path, 'x')), 'verify.html'));
    const ask = await served(file);
    expect(await (await ask()).text()).toContain('npm run build');
    writeFileSync(file, '<html></html>');
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  });
});
