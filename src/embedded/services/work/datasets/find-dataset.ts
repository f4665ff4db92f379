import { stemmer } from 'stemmer';
import { cannot } from '../refuse.js';
import { contentWords } from '../words/content-words.js';
import { type Dataset, type DatasetName, LIBRARY } from './library.js';

/** A word somebody gave the data set as its topic says more than one that happens to stand in its title. */
const WEIGHT = { name: 4, topic: 3, title: 2, column: 1 } as const;

/** @throws Refusal NO_DATASET, with the names there are */
export function findDataset(topic: string): DatasetName {
  const wanted = new Set(contentWords(topic));
  let best: { name: DatasetName; score: number } | undefined;
  for (const name of Object.keys(LIBRARY) as DatasetName[]) {
    const score = scoreOf(wanted, name, LIBRARY[name]);
    if (score > (best?.score ?? 0)) best = { name, score };
  }
  if (best === undefined)
    throw cannot('NO_DATASET', 'The library has no data set about this.', { names: Object.keys(LIBRARY) });
  return best.name;
}

function scoreOf(wanted: ReadonlySet<string>, name: DatasetName, dataset: Dataset): number {
  const fields: readonly (readonly [readonly string[], number])[] = [
    [contentWords(name.replaceAll('-', ' ')), WEIGHT.name],
    [dataset.topics.map((word) => stemmer(word)), WEIGHT.topic],
    [contentWords(dataset.title), WEIGHT.title],
    [contentWords(Object.entries(dataset.columns).flat().join(' ').replaceAll('_', ' ')), WEIGHT.column],
  ];
  let score = 0;
  for (const word of wanted) {
    const weights = fields.filter(([words]) => words.includes(word)).map(([, weight]) => weight);
    score += Math.max(0, ...weights);
  }
  return score;
}
