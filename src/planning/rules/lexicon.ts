import type { DataType } from '../../ports/catalogue.js';
import { stemOf } from '../words.js';

const stems = (words: string): ReadonlySet<string> => new Set(words.split(' ').map(stemOf));

/** Words that name a kind of result. `report` is a page unless Markdown is named. */
const RESULTS: readonly (readonly [DataType | 'report', ReadonlySet<string>])[] = [
  ['report', stems('report document dossier writeup briefing')],
  ['markdown', stems('markdown md')],
  ['html', stems('html webpage')],
  ['trend', stems('trend trends seasonality seasonal regression')],
  ['forecast', stems('forecast predict prediction projection extrapolate outlook')],
  ['anomalies', stems('outlier outliers anomaly anomalies unusual abnormal suspicious')],
  ['comparison', stems('compare comparison versus vs differ difference')],
  [
    'statistics',
    stems('statistics statistic statistical mean median average quartile correlation correlate describe'),
  ],
  ['chart', stems('chart plot graph draw visualise visualisation diagram histogram scatterplot')],
  ['summary', stems('summary summarise summarize tldr gist condense shorten')],
];

/** Words that name one only where nothing else does. */
const HINTS: readonly (readonly [DataType, ReadonlySet<string>])[] = [
  ['trend', stems('rise rising fall falling grow growing growth increase decrease decline evolve develop')],
  ['statistics', stems('analyse analysis examine explore investigate study distribution typical')],
  ['table', stems('table data dataset rows list')],
];

const EXAMINE = stems('analyse analysis examine explore investigate study');

/** Tasks that people ask machines for and that no result type of ours stands for. */
const FOREIGN = stems(
  'translate email mail send book order buy sell pay transfer call phone transcribe sing paint cook deploy compile ' +
    'install delete upload publish tweet remind film animate dub hack scrape crawl browse proofread paraphrase debug ' +
    'poem song story novel image photo picture video logo music melody joke letter code program website app recipe',
);

export const isForeign = (stem: string): boolean => FOREIGN.has(stem);
export const asksToExamine = (words: readonly string[]): boolean => words.some((stem) => EXAMINE.has(stem));
export const KNOWN_TYPES: ReadonlySet<string> = new Set([...RESULTS, ...HINTS].map(([type]) => type));

const inOrder = <T>(
  words: readonly string[],
  of: readonly (readonly [T, ReadonlySet<string>])[],
): readonly T[] => [
  ...new Set(words.flatMap((stem) => of.filter(([, set]) => set.has(stem)).map(([type]) => type))),
];

/** The kinds of result that words name, in the order in which they name them. */
export const namedResults = (words: readonly string[]) => inOrder(words, RESULTS);
export const hintedResults = (words: readonly string[]): readonly DataType[] =>
  inOrder(words, HINTS).slice(0, 1);
