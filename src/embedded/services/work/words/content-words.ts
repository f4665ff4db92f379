import { stemmer } from 'stemmer';
import { eng } from 'stopword';

const STOP = new Set(eng);

/** The stems of the words of an English text that carry meaning, in order, with repeats. */
export const contentWords = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}&]+(?:['’][\p{L}]+)?/gu) ?? [])
    .filter((word) => !STOP.has(word) && (word.length > 1 || /\d/.test(word)))
    .map((word) => stemmer(word));
