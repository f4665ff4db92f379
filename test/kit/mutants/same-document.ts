import type { Random } from '../../simulation/random.js';
import { escapeOf } from './forms.js';
import type { Original } from './originals.js';
import { isObject, type Node, written } from './tree.js';

/** Another text of the very same document: what is signed is its canonical form. These alone stay valid. */
export const sameDocument: Readonly<Record<string, (random: Random, original: Original) => string>> = {
  whitespace: (random, { document }) =>
    JSON.stringify(document, null, random.pick(['\t', ' ', '        ', '\n', '\r\n'.slice(0, 1)])),
  'order of members': (random, { document }) => written(shuffled(random, document)),
  'escapes in texts': (random, { document }) =>
    written(document).replace(/"[^"\\]*"/g, (text) =>
      text.replace(/[a-z0-9]/g, (char) => (random.chance(0.05) ? escapeOf(char) : char)),
    ),
};

function shuffled(random: Random, value: Node): Node {
  if (Array.isArray(value)) return value.map((entry) => shuffled(random, entry));
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [random.random(), name, shuffled(random, member)] as const,
  );
  return Object.fromEntries(members.sort(([a], [b]) => a - b).map(([, name, member]) => [name, member]));
}
