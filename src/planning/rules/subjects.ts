import type { PlanningRequest } from '../../ports/planner.js';

/** What a result is about: a file of the caller, data found by its topic, or what an earlier step found. */
export type Subject =
  | { readonly kind: 'table-file' | 'text-file'; readonly index: number; readonly name: string }
  | { readonly kind: 'request-text' }
  | { readonly kind: 'topic'; readonly words: string }
  | { readonly kind: 'findings'; readonly table: string };

type Attachment = PlanningRequest['attachments'][number];

const TABLE = /(?:csv|tab-separated-values|json)(?:;|$)|\.(?:csv|tsv|json|ndjson)$/i;
const TEXT = /^text\/|\.(?:txt|md|markdown|text|log)$/i;

/** Several lines with the same number of the same separator. */
const looksTabular = (sample: string): boolean => {
  const lines = sample.split(/\r?\n/).slice(0, -1).slice(0, 6);
  return [',', ';', '\t'].some((separator) => {
    const counts = lines.map((line) => line.split(separator).length - 1);
    return lines.length >= 3 && counts[0]! > 0 && counts.every((count) => count === counts[0]);
  });
};

const kindOf = ({ name, mediaType, sample }: Attachment): 'table-file' | 'text-file' | undefined => {
  if (TABLE.test(mediaType) || TABLE.test(name) || looksTabular(sample)) return 'table-file';
  return TEXT.test(mediaType) || TEXT.test(name) ? 'text-file' : undefined;
};

/** Characters after a colon in the request that count as a text given with it. */
const INLINE_TEXT = 200;

export function subjectsOf(request: PlanningRequest, topic: string): readonly Subject[] {
  const files = request.attachments.flatMap((attachment, index): Subject[] => {
    const kind = kindOf(attachment);
    return kind ? [{ kind, index, name: attachment.name }] : [];
  });
  if (files.length > 0) return files;
  const inline = request.text.length - request.text.indexOf(':') - 1;
  if (request.text.includes(':') && inline >= INLINE_TEXT) return [{ kind: 'request-text' }];
  return topic === '' ? [] : [{ kind: 'topic', words: topic }];
}

export const labelOf = (subject: Subject): string =>
  subject.kind === 'topic'
    ? subject.words
    : subject.kind === 'findings'
      ? 'what was found'
      : 'name' in subject
        ? subject.name
        : 'the text';
