import type { NoteKey } from '../../kernel/log/note.js';
import {
  type Contents,
  handoversOf,
  type IssuerKey,
  issuerKeysOf,
  logKeysOf,
  plainContentOf,
  publishedKeysSchema,
  type Revocations,
  readDocument,
  revocationsSchema,
  textOf,
  type VerifyOptions,
  withoutEnvelope,
} from '../index.js';

/** A file a reader gave beside the receipts. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Fields that take files. */
export const FILE_FIELDS = ['keysfile', 'revocations', 'receipt', 'contents'] as const;
export type FileField = (typeof FILE_FIELDS)[number];
export type GivenFiles = Partial<Record<FileField, readonly GivenFile[]>>;

export interface GivenOptions {
  readonly issuerKeys: readonly IssuerKey[];
  /** of the published keys: believed where a receipt brings a proof of that log */
  readonly log?: {
    readonly key: NoteKey;
    readonly others: readonly NoteKey[];
    readonly handovers: readonly string[];
  };
  readonly options: Pick<VerifyOptions, 'revocations' | 'receipt' | 'contents'>;
}

/** A file that does not hold what its field is for. */
export class WrongFile extends Error {
  constructor(
    readonly field: FileField,
    message: string,
  ) {
    super(message);
  }
}

/** @throws WrongFile */
export function givenOptions({ keysfile, revocations, receipt, contents = [] }: GivenFiles): GivenOptions {
  const [keys, revoked, beside] = [keysfile?.[0], revocations?.[0], receipt?.[0]];
  return {
    ...(keys ? publishedKeys(keys) : { issuerKeys: [] }),
    options: {
      ...(revoked && { revocations: revocationsOf(revoked) }),
      ...(beside && { receipt: withoutEnvelope(readDocument(beside.bytes)) }),
      ...(contents.length > 0 && { contents: contentsOf(contents) }),
    },
  };
}

function publishedKeys({ name, bytes }: GivenFile): Pick<GivenOptions, 'issuerKeys' | 'log'> {
  const read = publishedKeysSchema.safeParse(json(bytes));
  if (!read.success) throw new WrongFile('keysfile', `${name} does not hold the keys of an issuer.`);
  const [key, ...others] = logKeysOf(read.data);
  const log = key && { key, others, handovers: handoversOf(read.data) };
  return { issuerKeys: issuerKeysOf(read.data), ...(log && { log }) };
}

function revocationsOf({ name, bytes }: GivenFile): Revocations {
  const read = revocationsSchema.safeParse(json(bytes));
  if (read.success) return read.data;
  throw new WrongFile('revocations', `${name} does not hold a list of revocations.`);
}

/** The name of a file says what it is the content of. */
function contentsOf(files: readonly GivenFile[]): Contents {
  const contents: Record<string, { -readonly [Role in keyof Contents[string]]: Contents[string][Role] }> = {};
  for (const { name, bytes } of files) {
    const [, stepId, role] = /^(.+)\.(input|output)(?:\.[^.]*)?$/.exec(name) ?? [];
    if (!stepId || !role)
      throw new WrongFile(
        'contents',
        `${name} does not say of what it is the content: name it like step_1.output.json.`,
      );
    contents[stepId] = { ...contents[stepId], [role]: plainContentOf(bytes) };
  }
  return contents;
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return undefined;
  }
}
