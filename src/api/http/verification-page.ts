import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../kernel/errors.js';

/** Made by scripts/build-page.mjs; from src/ and from dist/ the way is the same. */
const FILE = new URL('../../../dist/verify.html', import.meta.url);

/**
 * The page that verifies receipts without us, for whoever wants to take it from here. It carries its own content
 * security policy; the header repeats it, and adds what a page cannot say of itself.
 * @param file where the page was built to
 */
export function serveVerificationPage(server: FastifyInstance, file = FILE): void {
  let read: Promise<string> | undefined;
  server.get('/verify', async (_request, reply) => {
    read ??= readFile(file, 'utf8');
    const page = await read.catch(() => {
      read = undefined;
      throw new Refusal('NOT_FOUND', 'The verification page was not built: npm run build makes it.');
    });
    return reply
      .headers({
        'content-security-policy': `${policyOf(page)}; frame-ancestors 'none'`,
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

const policyOf = (page: string): string =>
  /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(page)?.[1] ?? "default-src 'none'";
