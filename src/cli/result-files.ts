import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ResultFile {
  readonly name: string;
  readonly text: string;
}

/** What a service's answer carries its document in, and how such a document is stored. */
const DOCUMENTS = [
  ['html', 'html'],
  ['markdown', 'md'],
  ['svg', 'svg'],
] as const;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'image/svg+xml': 'svg',
};

/**
 * The files a result is written to. An answer that carries a document gives that document; an object of several
 * answers gives one file for each; anything else is kept as JSON.
 */
export function resultFiles({
  mediaType,
  value,
}: {
  mediaType: string;
  value: unknown;
}): readonly ResultFile[] {
  if (typeof value === 'string') return [{ name: `result.${EXTENSIONS[mediaType] ?? 'txt'}`, text: value }];
  const whole = documentOf('result', value);
  if (whole) return [whole];
  const members = isObject(value) ? Object.entries(value) : [];
  if (members.length === 0 || !members.every(([, member]) => isObject(member)))
    return [json('result', value)];
  const parts = members.map(([name, member]) => documentOf(fileName(name), member));
  if (parts.every((part) => part === undefined)) return [json('result', value)];
  return parts.map((part, index) => part ?? json(fileName(members[index]![0]), members[index]![1]));
}

/** The chart a step gave, if it gave one. */
export const chartOf = (output: unknown): string | undefined =>
  isObject(output) && typeof output['svg'] === 'string' ? output['svg'] : undefined;

/** @returns the paths written */
export function writeFiles(folder: string, files: readonly ResultFile[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return files.map(({ name, text }) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  });
}

function documentOf(name: string, value: unknown): ResultFile | undefined {
  if (!isObject(value)) return undefined;
  for (const [member, extension] of DOCUMENTS) {
    const text = value[member];
    if (typeof text === 'string') return { name: `${name}.${extension}`, text };
  }
  return typeof value['text'] === 'string' && Array.isArray(value['sentences'])
    ? { name: `${name}.txt`, text: `${value['text']}\n` }
    : undefined;
}

const json = (name: string, value: unknown): ResultFile => ({
  name: `${name}.json`,
  text: `${JSON.stringify(value, null, 2)}\n`,
});

/** Names come from plans, which models write: no path, no hidden file. */
const fileName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 60) || 'part';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
