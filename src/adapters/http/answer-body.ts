import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { Refusal } from '../../kernel/errors.js';

/** How services may pack what they answer. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

const DECODERS = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Counts decoded bytes as they come, so a small compressed answer cannot grow beyond the cap either.
 * @throws Refusal ANSWER_TOO_LARGE
 */
export async function readBody(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  host: string,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new Refusal('ANSWER_TOO_LARGE', `${host} answers with more than ${maxBytes} bytes.`, { host, maxBytes });
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    letGo(body);
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decoded(body, headers['content-encoding'])) {
    size += (chunk as Uint8Array).length;
    // Leaving the loop destroys the stream.
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks, size);
}

/** Gives up an answer that nobody reads, and its connection with it. */
export const letGo = (body: Readable): void => {
  body.on('error', () => undefined).destroy();
};

/** Unpacked in the reverse order of the header's; what nobody knows how to unpack is taken as it is. */
function decoded(body: Readable, encoding: string | string[] = ''): AsyncIterable<unknown> {
  const names = String(encoding)
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const decoders = names.reverse().map((name) => DECODERS.get(name));
  if (!decoders.every((make) => make !== undefined)) return body;
  return decoders.reduce((packed: Readable, make) => unpack(packed, make!()), body);
}

function unpack(packed: Readable, decoder: ReturnType<typeof createGunzip>): Readable {
  // an error of either ends both: the reader hears of the first
  packed.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => letGo(packed));
  return Readable.prototype.pipe.call(packed, decoder) as unknown as Readable;
}
