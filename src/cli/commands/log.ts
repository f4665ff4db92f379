import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pc from 'picocolors';
import { z } from 'zod';
import { dataFolderPath, readRuntime } from '../../embedded/data-folder.js';
import { isRefusal, Refusal } from '../../kernel/errors.js';
import { noteKeyText, parseNoteKey } from '../../kernel/log/note.js';
import { type TileAddress, tilePath } from '../../kernel/log/tile-path.js';
import { type LogLook, type LogSource, lookAtLog } from '../../transparency/look-at-log.js';
import { handoversOf, type PublishedKeys, publishedKeysSchema } from '../../verifier/index.js';
import { readJson } from '../input-files.js';
import { Screen } from '../show/screen.js';
import { verdictLines } from '../show/verdict-lines.js';

export interface LogCheckFlags {
  readonly url?: string;
  readonly data?: string;
  readonly logKey?: string;
  readonly seen?: string;
  readonly full?: boolean;
  readonly json?: boolean;
}

const PATIENCE_MS = 30_000;
const MOST_TRIES = 5;
/** bytes of one answer: a bundle of entries is the largest */
const LARGEST = 64 * 1024;

const seenSchema = z.strictObject({ key: z.string().max(400), checkpoint: z.string().max(16_384) });
const proofSchema = z.looseObject({
  consistency: z.looseObject({ hashes: z.array(z.string().max(100)).max(128) }),
});

/**
 * Looks at the log of an installation, compares it with what was seen of it before, and remembers it. Who keeps the
 * log is not believed: a log that was rewritten is found out by whoever has looked at it before.
 * @returns the exit code: 0 when it only grew
 */
export async function logCheck(flags: LogCheckFlags): Promise<number> {
  const folder = flags.data ?? dataFolderPath();
  const url = addressOf(flags, folder);
  const file = flags.seen ?? join(folder, 'log-seen.json');
  const seen = existsSync(file) ? remembered(file) : undefined;
  const known = flags.logKey ?? seen?.key;
  const published = await publishedKeys(url, known === undefined);
  const keyText = known ?? published?.log?.key;
  if (keyText === undefined)
    throw new Refusal('NO_LOG', `${url} publishes no key of a log. Name it by --log-key.`);
  const key = parseNoteKey(keyText);
  if (!key) throw new Refusal('KEY_INVALID', 'This is no key of a log: <name>+<hash>+<base64>.');
  const look = await lookAtLog(
    sourceAt(url),
    key,
    seen?.checkpoint,
    flags.full === true,
    published ? handoversOf(published) : [],
  );
  const valid = look.checks.every(({ passed }) => passed);
  if (look.head) remember(file, { key: noteKeyText(look.head.key), checkpoint: look.checkpoint });
  else if (seen) remember(`${file}.evidence`, { key: keyText, seen: seen.checkpoint, now: look.checkpoint });
  if (flags.json) {
    const { checks, checkpoint } = look;
    process.stdout.write(
      `${JSON.stringify({ valid, checks, checkpoint, seen: seen?.checkpoint ?? null }, null, 2)}\n`,
    );
  } else
    say(look, valid, {
      file,
      hadKey: flags.logKey !== undefined || seen !== undefined,
      wasSeen: seen !== undefined,
    });
  return valid ? 0 : 1;
}

function say(
  { checks }: LogLook,
  valid: boolean,
  { file, hadKey, wasSeen }: { readonly file: string; readonly hadKey: boolean; readonly wasSeen: boolean },
): void {
  const screen = new Screen();
  screen.say(...verdictLines({ valid, checks }));
  if (valid && !hadKey)
    screen.warn('Its key was taken from the log itself this once. From now on it is remembered.');
  if (valid) screen.say(pc.dim(`  Remembered in ${file}.`));
  else if (wasSeen)
    screen.say(`  Both heads are kept in ${file}.evidence: what one key signed twice proves itself.`);
}

function addressOf({ url, data }: LogCheckFlags, folder: string): string {
  const given = url ?? (data === undefined ? process.env['QUITTANCE_URL'] : undefined);
  if (given !== undefined) {
    if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given;
    throw new Refusal('URL_INVALID', `${given} is not an http address.`);
  }
  const api = readRuntime(folder)?.api;
  if (typeof api === 'string') return api;
  throw new Refusal('NOT_RUNNING', 'No Quittance runs on this data folder. Name one by --url.');
}

function remembered(file: string): z.output<typeof seenSchema> {
  const parsed = seenSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw new Refusal(
    'SEEN_UNREADABLE',
    `${file} does not hold what was seen of a log. Name another by --seen.`,
    {
      file,
    },
  );
}

function remember(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** What it says of its own keys: believed the first time, later only as far as a key one knows has signed it. */
async function publishedKeys(url: string, needed: boolean): Promise<PublishedKeys | undefined> {
  const answer = await get(url, '/.well-known/quittance-keys.json').catch((error: unknown) => {
    // a mirror may have nothing but the log
    if (!needed && isRefusal(error, 'UNEXPECTED_ANSWER')) return undefined;
    throw error;
  });
  const keys = publishedKeysSchema.safeParse(answer && json(answer));
  return keys.success ? keys.data : undefined;
}

const sourceAt = (url: string): LogSource => ({
  checkpoint: async () => new TextDecoder().decode(await get(url, '/log/checkpoint')),
  consistency: async (from, to) => {
    const answer = proofSchema.safeParse(
      json(await get(url, `/log/proofs/consistency?from=${from}&to=${to}`)),
    );
    return answer.success ? answer.data.consistency.hashes : [];
  },
  entries: ({ index, width }: TileAddress) => get(url, `/log/tile/entries/${tilePath(index, width)}`),
});

/** Who reads all of a long log is told to wait now and then. @throws Refusal NOT_REACHED, UNEXPECTED_ANSWER */
async function get(url: string, path: string, tries = 1): Promise<Uint8Array> {
  const response = await fetch(new URL(path, url), {
    signal: AbortSignal.timeout(PATIENCE_MS),
    redirect: 'error',
  }).catch((cause: unknown) => {
    throw new Refusal('NOT_REACHED', `No Quittance answers at ${url}.`, {}, 'retryable', { cause });
  });
  if (response.status === 429 && tries < MOST_TRIES) {
    const seconds = Number(response.headers.get('retry-after') ?? 1);
    await pause((seconds >= 0 ? Math.min(seconds, 60) : 1) * 1_000);
    return get(url, path, tries + 1);
  }
  if (!response.ok) throw new Refusal('UNEXPECTED_ANSWER', `${url} answers ${path} with ${response.status}.`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length <= LARGEST) return bytes;
  throw new Refusal('UNEXPECTED_ANSWER', `${url} answers ${path} with ${bytes.length} bytes.`);
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
