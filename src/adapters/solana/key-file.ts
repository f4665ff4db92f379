import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import {
  createKeyPairSignerFromBytes,
  createKeyPairSignerFromPrivateKeyBytes,
  getAddressEncoder,
  type KeyPairSigner,
} from '@solana/kit';
import { Refusal } from '../../kernel/errors.js';

/** The key in a file of the form Solana's own tools write (64 numbers), made on first use with mode 0600. */
export async function keyFromFile(path: string): Promise<KeyPairSigner> {
  const text = readIfThere(path);
  if (text !== undefined) return createKeyPairSignerFromBytes(keyBytes(path, text));
  const seed = new Uint8Array(randomBytes(32));
  const signer = await createKeyPairSignerFromPrivateKeyBytes(seed);
  writeNew(path, JSON.stringify([...seed, ...getAddressEncoder().encode(signer.address)]));
  return signer;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Fails when the file came into being meanwhile: a key that holds money is never overwritten. */
function writeNew(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function keyBytes(path: string, text: string): Uint8Array {
  const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;
  const bytes = parsed(text);
  if (!Array.isArray(bytes) || bytes.length !== 64 || !bytes.every(isByte))
    throw new Refusal('KEY_FILE_DAMAGED', `${path} does not hold a Solana key pair.`, { path });
  return Uint8Array.from(bytes);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
