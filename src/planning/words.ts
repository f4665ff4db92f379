import { stemmer } from 'stemmer';

/** Words that say nothing about what is wanted, in requests and in descriptions alike. */
const EMPTY = new Set(
  (
    'a about above after all also am an and any are as at be because been before being between both but by can could ' +
    'did do does each either every few for from further had has have having he her here him his how i if in into is ' +
    'it its just let like many me more most much must my no nor not of off on once one only or other our ours out ' +
    'over own per please same shall she should so some such than that the their them then there these they this ' +
    'those through to too under until up us use using very want was we were what when where which while who whom ' +
    'why will with would you your yours'
  ).split(' '),
);

/** The words of a text in lower case, in their order. `CO2` and `mann-kendall` give `co2`, `mann`, `kendall`. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .normalize('NFKC')
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** British and American spelling meet before the stem is taken: `visualise`, `summarizing`. */
export const stemOf = (word: string): string =>
  stemmer(word.replace(/yse/g, 'yze').replace(/is(e|ed|es|ing|ation)$/, 'iz$1'));

export const stemsOf = (text: string): readonly string[] => wordsOf(text).map(stemOf);

/** Stems of the words that carry meaning. */
export const meaningOf = (text: string): readonly string[] =>
  wordsOf(text)
    .filter((word) => !EMPTY.has(word) && (word.length > 1 || /\p{N}/u.test(word)))
    .map(stemOf);
