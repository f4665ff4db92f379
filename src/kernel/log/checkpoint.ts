import { base64, fromBase64 } from './base64.js';
import { HASH_BYTES } from './tree-hash.js';

/** C2SP tlog-checkpoint: the head of a log, the text of a signed note. */
export interface Checkpoint {
  /** name of the log, and of its key */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${base64(root)}\n`;

/** @returns undefined for what is no checkpoint. Lines after the third are read past, as the format says. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  const hash = fromBase64(root);
  const count = parseIndex(size);
  const ended = more.length > 0 && more.at(-1) === '' && !more.slice(0, -1).includes('');
  if (origin === '' || count === undefined || hash?.length !== HASH_BYTES || !ended) return undefined;
  return { origin, size: count, root: hash };
}

/** A count or an index, in its one decimal form. @returns undefined for anything else, and above 2^53 */
export function parseIndex(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
