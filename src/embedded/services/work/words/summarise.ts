import type { z } from 'zod';
import type { summaryInput } from '../../offers/summary-lexrank.js';
import type { Summary } from '../../shapes/documents.js';
import { cannot } from '../refuse.js';
import { contentWords } from './content-words.js';
import { lexRank } from './lexrank.js';

/** Every pair of sentences is compared. */
const MOST_SENTENCES = 1_000;
const DEFAULT_LENGTH = 3;

/** @throws Refusal NO_SENTENCES | TEXT_TOO_LONG */
export function summarise(input: z.output<typeof summaryInput>): Summary {
  const sentences = sentencesOf(input.text);
  if (sentences.length === 0) throw cannot('NO_SENTENCES', 'There is no sentence with words in this text.');
  if (sentences.length > MOST_SENTENCES)
    throw cannot('TEXT_TOO_LONG', 'The text has more sentences than this compares.', {
      sentences: sentences.length,
      maximum: MOST_SENTENCES,
    });
  const scores = lexRank(sentences);
  const wanted = Math.min(input.sentences ?? DEFAULT_LENGTH, sentences.length);
  const places = scores
    .map((score, place) => ({ score, place }))
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, wanted)
    .map(({ place }) => place)
    .sort((a, b) => a - b);
  const chosen = places.map((place) => sentences[place]!);
  return {
    text: chosen.join(' '),
    sentences: chosen,
    method: 'lexrank',
    note: `${wanted} of ${sentences.length} sentences, word for word, in their order.`,
  };
}

function sentencesOf(text: string): string[] {
  const segments = new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text);
  const sentences = [...segments].map(({ segment }) => segment.replace(/\s+/g, ' ').trim());
  return [...new Set(sentences)].filter((sentence) => contentWords(sentence).length > 0);
}
