import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../../kernel/errors.js';

/** @throws Refusal TOO_LARGE; the rest of such a body is not read */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes)
      throw new Refusal('TOO_LARGE', 'The body is larger than a service takes.', { maximum: mostBytes });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws Refusal VALIDATION_FAILED */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Refusal('VALIDATION_FAILED', 'The body is not JSON in UTF-8.');
  }
}
