import type { DataType, ServiceOffer } from '../../ports/catalogue.js';
import { meaningOf, stemsOf, wordsOf } from '../words.js';
import { asksToExamine, hintedResults, isForeign, KNOWN_TYPES, namedResults } from './lexicon.js';

/** A result wanted: of a type, or whatever a capability that the catalogue names itself gives. */
export type Wish =
  | { readonly type: DataType; readonly capability?: undefined }
  | { readonly type: DataType; readonly capability: string };

export interface Wishes {
  readonly wanted: readonly Wish[];
  /** a page or document that takes up the other results */
  readonly report: boolean;
  readonly examine: boolean;
  /** a task that nothing in the catalogue stands for */
  readonly foreign?: string;
}

const POLITE =
  /^(?:(?:please|kindly|then|and|also|now|first|finally|can|could|would|will|you|i|we|want|need|to|let|us|me|like|d|s)\s+)*/;

/** The words that begin a clause, where a request says what to do. */
const heads = (text: string): readonly string[] =>
  text
    .split(/[,;:.!?\n]|\band\b|\bthen\b/i)
    .map((clause) => wordsOf(wordsOf(clause).join(' ').replace(POLITE, ''))[0])
    .filter((word) => word !== undefined);

/** What a service says of itself in its own keywords. */
const vocabulary = ({ capability, output, tags }: ServiceOffer): readonly string[] =>
  meaningOf([capability, output, ...tags].join(' '));

/** Words of the material, not of a task. */
const MATERIAL = new Set(meaningOf('text json table data file input output'));

/**
 * A type without words of ours is asked for by the keywords of the services that give it, as far as no service of
 * a known type has the same keyword.
 */
function ownWords(words: readonly string[], offers: readonly ServiceOffer[]): readonly Wish[] {
  const common = new Set(offers.filter(({ output }) => KNOWN_TYPES.has(output)).flatMap(vocabulary));
  const telling = words.filter((stem) => !common.has(stem) && !MATERIAL.has(stem));
  const wishes = new Map<string, Wish>();
  for (const offer of offers)
    if (!KNOWN_TYPES.has(offer.output) && vocabulary(offer).some((stem) => telling.includes(stem)))
      wishes.set(offer.capability, { type: offer.output, capability: offer.capability });
  return [...wishes.values()];
}

/** File names are not words of the request: `sales.csv` asks for nothing. */
export const withoutFileNames = (text: string): string =>
  text.replace(/[\p{L}\p{N}_-]+\.[a-z]{2,8}\b/giu, ' ');

export function wishesOf(text: string, offers: readonly ServiceOffer[]): Wishes {
  const words = stemsOf(withoutFileNames(text));
  const own = ownWords(words, offers);
  const named = namedResults(words);
  const types = named.filter((type) => type !== 'report' && type !== 'markdown' && type !== 'html');
  const hinted = named.length + own.length === 0 ? hintedResults(words) : [];
  const page: DataType[] = named.includes('markdown')
    ? ['markdown']
    : named.includes('html') || named.includes('report')
      ? ['html']
      : [];
  const known = new Set(offers.flatMap(vocabulary));
  const nothing = named.length + own.length + hinted.length === 0;
  const suspects = nothing ? wordsOf(withoutFileNames(text)) : heads(withoutFileNames(text));
  const foreign = suspects.find((word) => stemsOf(word).some((stem) => isForeign(stem) && !known.has(stem)));
  return {
    wanted: [...[...page, ...types, ...hinted].map((type): Wish => ({ type })), ...own],
    report: page.length > 0,
    examine: asksToExamine(words),
    ...(foreign === undefined ? {} : { foreign }),
  };
}

/** What is left of a request when the words that name results are taken away: what it is about. */
export function topicOf(text: string): string {
  const about = (withoutFileNames(text).match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => {
    const [stem] = meaningOf(word);
    return (
      stem !== undefined &&
      namedResults([stem]).length + hintedResults([stem]).length === 0 &&
      !NOISE.has(stem) &&
      !/^\d+$/.test(word)
    );
  });
  return [...new Set(about)].slice(0, 12).join(' ');
}

const NOISE = new Set(
  meaningOf(
    'write make create give show tell find get draw build produce prepare calculate compute include add month year ' +
      'week day quarter next last past time present result overview analysis analyse look line bar short long brief ' +
      'otherwise else only condition case detailed three two five ten twelve whole file attached csv json',
  ),
);
