import { z } from 'zod';
import { declare } from '../declaration.js';
import { needs, takes } from '../inputs.js';
import { summary } from '../shapes/documents.js';

export const summaryInput = z.strictObject({
  text: z.string().min(1).max(400_000),
  sentences: z.int().min(1).max(20).optional(),
});

export const summaryLexRank = declare({
  id: 'summary-lexrank',
  name: 'Sentence Summary',
  description:
    'Summarises a text or an article by its own most central sentences (LexRank), in their order. Nothing is ' +
    'invented.',
  capability: 'summary',
  price: 6_000n,
  inputs: [
    needs('text', 'text', 'English text to summarise'),
    takes('sentences', 'number', 'how many sentences, 1 to 20; 3 when left out'),
  ],
  input: summaryInput,
  output: 'summary',
  answer: summary,
  reputation: 8_800,
  uptime: 0.997,
  latencyMs: 70,
  example: { text: 'Prices rose in spring. They fell in autumn.', sentences: 1 },
  tags: ['summary', 'summarise', 'text', 'article', 'key sentences'],
});
