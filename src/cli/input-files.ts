import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { bytes } from './show/figures.js';

export interface InputFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.tsv': 'text/tab-separated-values',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.html': 'text/html',
};

/** @throws Refusal FILE_UNREADABLE {file, reason}, FILE_NOT_TEXT {file} */
export function readInputFile(path: string): InputFile {
  return {
    name: basename(path),
    mediaType: MEDIA_TYPES[extname(path).toLowerCase()] ?? 'text/plain',
    content: readText(path),
  };
}

/** @throws Refusal TOO_MANY_FILES, TOO_LARGE: before anything is started for them, and those of reading */
export function readInputFiles(paths: readonly string[]): readonly InputFile[] {
  if (paths.length > LIMITS.attachments)
    throw new Refusal('TOO_MANY_FILES', `A request takes at most ${LIMITS.attachments} files.`);
  const files = paths.map(readInputFile);
  const size = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (size <= LIMITS.attachmentBytes) return files;
  const [given, most] = [bytes(size), bytes(LIMITS.attachmentBytes)];
  throw new Refusal(
    'TOO_LARGE',
    `The files of a request have at most ${most} together; these have ${given}.`,
  );
}

/** @throws Refusal FILE_UNREADABLE, FILE_NOT_TEXT: what is sent must arrive as it was */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal('FILE_NOT_TEXT', `${path} is not text in UTF-8.`, { file: path });
  }
}

/** @throws Refusal FILE_NOT_JSON {file}, and those of {@link readText} */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('FILE_NOT_JSON', `${path} is not JSON.`, { file: path });
  }
}

export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const why = WHY[reason] ?? `cannot be read (${reason})`;
    throw new Refusal('FILE_UNREADABLE', `${path} ${why}.`, { file: path, reason }, 'terminal', { cause });
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};
