import { dirname, join, normalize } from 'node:path/posix';
import { parseSync, Visitor } from 'rolldown/utils';

/** One import of one source file of ours by another; paths from src/. */
export interface Import {
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

const TRUTH = ['kernel', 'events', 'commands'];
const MIDDLE = [...TRUTH, 'ports', 'sagas', 'projections', 'verifier', 'runtime', 'capability'];

/**
 * Who may import whom (docs/design: kernel ← events ← commands ← sagas, projections ← runtime, capabilities ←
 * api). A folder that is not named here is a capability. `root` alone may name an adapter.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  events: ['kernel'],
  commands: ['kernel', 'events'],
  ports: TRUTH,
  sagas: [...TRUTH, 'ports'],
  projections: [...TRUTH, 'ports'],
  verifier: ['kernel'],
  'provider-node': ['kernel'],
  adapters: [...TRUTH, 'ports'],
  runtime: MIDDLE,
  capability: MIDDLE,
  api: MIDDLE,
  root: [...MIDDLE, 'api', 'adapters'],
};

/** The composition root: it wires parts together, so it alone may name any of them. */
const ROOT_FOLDERS = ['composition', 'embedded', 'cli'];

/** @param file path from src/ */
export function roomOf(file: string): string {
  const [folder = '', rest] = file.split('/', 2);
  const isEntryPoint = rest === undefined || file.endsWith('.process.ts');
  if (isEntryPoint || ROOT_FOLDERS.includes(folder)) return 'root';
  return folder in MAY_IMPORT ? folder : 'capability';
}

/** Every import and re-export of a file of ours, types and dynamic ones too. */
export function importsOf(file: string, text: string): readonly Import[] {
  const { program, errors } = parseSync(file, text);
  // what cannot be read would seem to import nothing
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`);
  const found: Import[] = [];
  const see = ({ source }: { readonly source: unknown }) => {
    const { value, start } = (source ?? {}) as { readonly value?: unknown; readonly start: number };
    if (typeof value !== 'string' || !value.startsWith('.')) return;
    const target = normalize(join(dirname(file), value)).replace(/\.js$/, '.ts');
    found.push({ file, line: text.slice(0, start).split('\n').length, target });
  };
  new Visitor({
    ImportDeclaration: see,
    ExportNamedDeclaration: see,
    ExportAllDeclaration: see,
    ImportExpression: see,
    TSImportType: see,
  }).visit(program);
  return found;
}

/** @returns a line for each import that the rule forbids */
export const forbidden = (imports: readonly Import[]): readonly string[] =>
  imports
    .filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return target.startsWith('../') || (from !== to && !MAY_IMPORT[from]!.includes(to));
    })
    .map(
      ({ file, line, target }) =>
        `src/${file}:${line} (${roomOf(file)}) imports ${target} (${roomOf(target)})`,
    );

/** @returns the first circle found, its first file repeated at the end */
export function circle(imports: readonly Import[]): readonly string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const found = walk(target, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const found = walk(file, []);
    if (found) return found;
  }
  return undefined;
}
