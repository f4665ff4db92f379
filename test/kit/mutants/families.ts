import { asText, atLeaf, DECIMAL, type Family, isText, matches, pickPlace } from './family.js';
import { appended, bitOfFile, truncated } from './files.js';
import { anotherOf, charAt, decimalForms, disguise, hexForms, numberForms, timeForms } from './forms.js';
import { otherLog, otherRollback, otherServiceWord } from './other-words.js';
import { otherKey, points, signals } from './proofs-and-keys.js';
import {
  memberTwice,
  mixed,
  nested,
  otherType,
  removed,
  reorder,
  repeatEntry,
  swapLeaves,
  swapMembers,
  unknownMember,
} from './rearranged.js';
import { isObject, type Node, replaced, written } from './tree.js';

/** Each a way in which a receipt is not the one that was issued. */
export const families: Readonly<Record<string, Family>> = {
  'a bit of a text': atLeaf(isText, (text, random) =>
    charAt(text, random, (char) => String.fromCharCode(char.charCodeAt(0) ^ (1 << random.between(0, 6)))),
  ),
  'a digit of a decimal': atLeaf(matches(DECIMAL), (text, random) =>
    charAt(text, random, anotherOf('0123456789', random)),
  ),
  'a digit of a hex text': atLeaf(matches(/^[0-9a-f]{16,}$/), (text, random) =>
    charAt(text, random, anotherOf('0123456789abcdef', random)),
  ),
  'a bit of the file': bitOfFile,
  'a number in another form': asText(({ value }) => typeof value === 'number', numberForms),
  'a decimal in another form': asText(matches(DECIMAL), decimalForms),
  'a hex text in another form': asText(matches(/^[0-9a-f]{16,}$/), hexForms),
  'a time in another form': asText(matches(/^2026-.*Z$/), timeForms),
  'two leaves swapped': swapLeaves,
  'two members swapped': swapMembers,
  'a list in another order': reorder,
  'an entry twice': repeatEntry,
  'a member twice': memberTwice,
  'a member or entry gone': removed,
  'an unknown member': unknownMember,
  'something nested once more': nested,
  'another type': otherType,
  'a look-alike': atLeaf(isText, disguise),
  'a look-alike in a name': (random, original) => {
    const object = pickPlace(
      random,
      original,
      ({ value, path }) => isObject(value) && Object.keys(value).length > 0 && path.at(-1) !== 'openings',
    )!;
    const members = Object.entries(object.value as Record<string, Node>);
    const i = random.between(0, members.length - 1);
    const renamed = members.map(([name, value], k) => [k === i ? disguise(name, random) : name, value]);
    return written(replaced(original.document, object.path, Object.fromEntries(renamed)));
  },
  'a truncated file': truncated,
  'a longer file': appended,
  'other signals': signals,
  'other points': points,
  'another key': otherKey,
  'a part of another receipt': mixed,
  'another log': otherLog,
  'another word of a service': otherServiceWord,
  'another rollback': otherRollback,
};
