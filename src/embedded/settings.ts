import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Refusal } from '../kernel/errors.js';

const Hex32 = z.string().regex(/^[0-9a-f]{64}$/);

const Ed25519 = z.strictObject({
  /** 32 bytes, hex */
  publicKey: Hex32,
  /** 32-byte seed, hex */
  seed: Hex32,
});

const Settings = z.strictObject({
  /** wraps the data keys of users; losing it loses their content */
  masterKey: Hex32,
  /** signs receipts; the public part verifies them for ever */
  receiptKey: Ed25519,
  /** makes stored hashes of API keys useless without this file */
  apiKeyPepper: Hex32,
  /** owner of the embedded platform's wallet on the embedded chain */
  escrowKey: Ed25519,
  postgresPassword: z.string().min(32),
  natsPassword: z.string().min(32),
  /** last port of each part, kept when it is still free */
  ports: z.record(z.string(), z.int().min(1).max(65_535)),
});

/** What a settings file must hold, whichever version wrote it. */
const Irreplaceable = z.looseObject({ masterKey: Hex32, receiptKey: Ed25519 });

/** Secrets and choices of one embedded installation. */
export type Settings = z.infer<typeof Settings>;
export type Ed25519Key = z.infer<typeof Ed25519>;

/**
 * What the file holds; new ones when there is no file. A secret this version adds is added, none is ever replaced.
 * @throws Refusal SETTINGS_UNREADABLE: making new keys in its place would lose what the old ones protect
 */
export function readSettings(file: string): Settings {
  if (!existsSync(file)) return newSettings();
  try {
    const kept = Irreplaceable.parse(JSON.parse(readFileSync(file, 'utf8')));
    return Settings.parse({ ...newSettings(), ...kept });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EACCES') throw cause;
    throw new Refusal(
      'SETTINGS_UNREADABLE',
      `${file} holds the keys of this data folder and cannot be read. Restore it from a backup, or start with another folder.`,
      { file },
      'terminal',
      { cause },
    );
  }
}

const hex32 = (): string => randomBytes(32).toString('hex');

const newSettings = (): Settings => ({
  masterKey: hex32(),
  receiptKey: newEd25519(),
  apiKeyPepper: hex32(),
  escrowKey: newEd25519(),
  postgresPassword: hex32(),
  natsPassword: hex32(),
  ports: {},
});

/**
 * Asked for as bytes. Exporting key objects as JWK can wait for ever: Node 20 holds the key's lock while it allocates,
 * and a collection at that moment frees the generator of the same key, which takes the lock too.
 */
function newEd25519(): Ed25519Key {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  });
  // either ends with its 32 bytes (RFC 8410)
  const [publicBytes, seed] = [publicKey, privateKey].map((der) => der.subarray(-32).toString('hex'));
  return { publicKey: publicBytes!, seed: seed! };
}
