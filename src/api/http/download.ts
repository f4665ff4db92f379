import type { Json } from '../../kernel/canonical-json.js';
import { Refusal } from '../../kernel/errors.js';
import { Answer } from './answer.js';

/**
 * Content of others never runs in a browser as if it came from here: it is a download, and a page opened from it
 * may neither run scripts nor load anything.
 */
export const asDownload = (name: string, mediaType: string, bytes: Uint8Array): Answer =>
  new Answer(200, Buffer.from(bytes), {
    'content-type': MEDIA_TYPE.test(mediaType) ? mediaType : 'application/octet-stream',
    'content-disposition': `attachment; filename="${name.replace(/[^A-Za-z0-9_.-]/g, '_')}"`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
    'cache-control': 'private, no-store',
  });

const MEDIA_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*(?:; ?charset=[a-z0-9-]+)?$/;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/markdown': 'md',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'image/svg+xml': 'svg',
  'application/json': 'json',
};

/** Where a service's answer carries the document itself, beside its title and the like. */
const DOCUMENT_MEMBERS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/markdown': 'markdown',
  'image/svg+xml': 'svg',
};

/**
 * @param output of `assemble`: `{mediaType, value}`
 * @throws Refusal WRONG_STATE when there is no result to download
 */
export function download(workflowId: string, output: Json): Answer {
  if (output === null) throw new Refusal('WRONG_STATE', 'The workflow has no result yet.');
  const { mediaType, value } = assembled(output);
  const document = documentOf(mediaType, value);
  const text = document ?? JSON.stringify(value, null, 2);
  const type = document === undefined ? 'application/json' : mediaType;
  const name = `${workflowId}.${EXTENSIONS[type] ?? 'txt'}`;
  return asDownload(name, type, Buffer.from(text));
}

function documentOf(mediaType: string, value: Json): string | undefined {
  if (typeof value === 'string') return value;
  const member = DOCUMENT_MEMBERS[mediaType];
  if (member === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return undefined;
  const document = (value as Readonly<Record<string, Json>>)[member];
  return typeof document === 'string' ? document : undefined;
}

function assembled(output: Json): { readonly mediaType: string; readonly value: Json } {
  if (typeof output === 'object' && output !== null && 'mediaType' in output && 'value' in output) {
    const { mediaType, value } = output;
    if (typeof mediaType === 'string') return { mediaType, value: value as Json };
  }
  return { mediaType: 'text/plain', value: output };
}
