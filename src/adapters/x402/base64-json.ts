const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** characters; whole heads of requests are rarely as long */
const LONGEST = 64_000;

/**
 * What a header carries as base64 of JSON. Strict: a lenient reader takes something out of two headers that were
 * joined, or of what was never base64.
 * @returns undefined for anything else
 */
export function fromBase64Json(text: string): unknown {
  if (text.length > LONGEST || !BASE64.test(text)) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64')));
  } catch {
    return undefined;
  }
}

export const toBase64Json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
