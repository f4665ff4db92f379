import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';

/**
 * Stack traces name our sources and their lines; packages as they stand in the bundle. Unlike Node's own support, a
 * source map is read when a frame needs it first: reading them all takes longer than starting.
 */
export function mapStackFrames(folder: string): void {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };
  Error.prepareStackTrace = (error, frames) =>
    [headOf(error), ...frames.map((frame) => `    at ${placed(frame, folder, mapOf)}`)].join('\n');
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

function placed(
  frame: NodeJS.CallSite,
  folder: string,
  mapOf: (file: string) => SourceMap | undefined,
): string {
  const file = frame.getFileName();
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (!file?.startsWith(folder) || line === null || column === null) return String(frame);
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  // of a line that has none, such as one of a package, the entry of an earlier line comes back
  if (!entry || !('originalSource' in entry) || entry.generatedLine !== line - 1) return String(frame);
  const source = resolve(dirname(file), entry.originalSource);
  const place = `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return String(frame).replace(`${file}:${line}:${column}`, place);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
