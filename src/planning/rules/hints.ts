import type { ServiceInput, ServiceOffer } from '../../ports/catalogue.js';
import { stemOf, stemsOf, wordsOf } from '../words.js';
import type { Subject } from './subjects.js';
import { withoutFileNames } from './wishes.js';

/** What a plain input (a string or a number) may be filled from. */
export interface Hints {
  readonly request: string;
  readonly title: string;
  readonly subject: Subject;
  /** `steps.<key>` of the table that the same service is given */
  readonly table?: string;
}

const NUMBERS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const TIME_UNITS = new Set(['hour', 'day', 'week', 'month', 'quarter', 'year', 'step', 'period'].map(stemOf));

const numberOf = (word: string): number | undefined => {
  const named = NUMBERS.indexOf(word);
  return named >= 0 ? named + 1 : /^\d{1,6}$/.test(word) ? Number(word) : undefined;
};

/** The number before a word that is the name of the input; for a horizon, before a unit of time. */
function numberFor(name: string, request: string): string | undefined {
  const words = wordsOf(withoutFileNames(request));
  const units = name === 'horizon' ? TIME_UNITS : new Set([stemOf(name.toLowerCase())]);
  const at = words.findIndex(
    (word, i) => numberOf(word) !== undefined && units.has(stemOf(words[i + 1] ?? '')),
  );
  return at < 0 ? undefined : String(numberOf(words[at]!));
}

/** The one of the allowed values whose words the request has. */
function allowedFor(allowed: readonly string[], request: string): string | undefined {
  const said = new Set(stemsOf(withoutFileNames(request)));
  const found = allowed.find((value) => stemsOf(value).every((stem) => said.has(stem)));
  return found === undefined ? undefined : JSON.stringify(found);
}

/**
 * A column is known only when the table is there: the expression looks for the first column of a type whose name
 * is made of words of the request, and gives nothing if there is none.
 */
function columnFor(type: string, table: string, request: string): string {
  const said = wordsOf(withoutFileNames(request)).flatMap((word) => [
    word,
    word.replace(/e?s$/, ''),
    word.replace(/s$/, ''),
  ]);
  const words = JSON.stringify([...new Set(said)].filter((word) => word.length > 1).slice(0, 200));
  const parts = '$split($replace($lowercase(name), "_", " "), " ")';
  return `${table}.columns[type = "${type}" and $count(${parts}[$not($ in ${words})]) = 0][0].name`;
}

const COLUMN_TYPES: Readonly<Record<string, string>> = {
  valueColumn: 'number',
  column: 'number',
  y: 'number',
  groupColumn: 'string',
};

function stringFor(input: ServiceInput, offer: ServiceOffer, hints: Hints): string | undefined {
  const { request, title, subject, table } = hints;
  if (input.allowed) return allowedFor(input.allowed, request);
  if (input.name === 'title') return JSON.stringify(title);
  if (input.name === 'name' && 'name' in subject) return `inputs[${subject.index}].name`;
  const type = COLUMN_TYPES[input.name];
  if (type && table) return columnFor(type, table, request);
  const source = offer.inputs.every(({ type: of }) => of === 'string' || of === 'number' || of === 'boolean');
  return source && subject.kind === 'topic' ? JSON.stringify(subject.words) : undefined;
}

/** The members of a request body that are not outputs of other steps, as far as the request tells them. */
export function plainMembers(offer: ServiceOffer, hints: Hints): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const input of offer.inputs) {
    const text =
      input.type === 'number'
        ? numberFor(input.name, hints.request)
        : input.type === 'string'
          ? stringFor(input, offer, hints)
          : undefined;
    if (text !== undefined) members.set(input.name, text);
  }
  return members;
}
