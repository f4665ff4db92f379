import type { Family } from './family.js';
import { written } from './tree.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

export const truncated: Family = (random, original) => {
  const bytes = bytesOf(written(original.document));
  const cut = random.between(0, bytes.length - 1);
  return random.chance(0.8) ? bytes.slice(0, cut) : bytes.slice(bytes.length - cut);
};

export const appended: Family = (random, original) => {
  const text = written(original.document);
  return random.pick([
    `${text}{}`,
    `${text}x`,
    `${text}\0`,
    `${text}${text}`,
    `\ufeff${text}`,
    `${text},`,
    `[${text}`,
    `${text}/* */`,
    `// ${text}`,
    `)]}'${text}`,
  ]);
};

export const bitOfFile: Family = (random, original) => {
  const bytes = bytesOf(written(original.document));
  const i = random.between(0, bytes.length - 1);
  bytes[i] = bytes[i]! ^ (1 << random.between(0, 7));
  return bytes;
};
