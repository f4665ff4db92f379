import { type Family, pickPlace } from './family.js';
import { escapeOf } from './forms.js';
import { bindingPlaces } from './originals.js';
import { at, isLeaf, isObject, type Node, type Place, places, replaced, without, written } from './tree.js';

export const swapLeaves: Family = (random, original) => {
  const first = pickPlace(random, original, isLeaf);
  const second =
    first &&
    pickPlace(
      random,
      original,
      (place) => isLeaf(place) && typeof place.value === typeof first.value && place.value !== first.value,
    );
  if (!first || !second) return undefined;
  return written(replaced(replaced(original.document, first.path, second.value), second.path, first.value));
};

export const swapMembers: Family = (random, original) => {
  const object = pickPlace(random, original, ({ value }) => isObject(value) && Object.keys(value).length > 1);
  if (!object) return undefined;
  const members = { ...(object.value as Record<string, Node>) };
  const names = Object.keys(members);
  const [a, b] = [random.pick(names), random.pick(names)];
  [members[a], members[b]] = [members[b]!, members[a]!];
  return written(replaced(original.document, object.path, members));
};

/** What a step depends on is a set: its order says nothing, see the named exception. */
const isList = ({ path, value }: Place): boolean =>
  Array.isArray(value) && value.length > 0 && path.at(-1) !== 'dependencies';

export const reorder: Family = (random, original) => {
  const list = pickPlace(random, original, (place) => isList(place) && (place.value as Node[]).length > 1);
  if (!list) return undefined;
  const entries = [...(list.value as Node[])];
  const [from, to] = [random.between(0, entries.length - 1), random.between(0, entries.length - 1)];
  entries.splice(to, 0, ...entries.splice(from, 1));
  return written(replaced(original.document, list.path, entries));
};

export const repeatEntry: Family = (random, original) => {
  const list = pickPlace(random, original, ({ value }) => Array.isArray(value) && value.length > 0);
  if (!list) return undefined;
  const entries = [...(list.value as Node[])];
  entries.splice(random.between(0, entries.length), 0, random.pick(entries));
  return written(replaced(original.document, list.path, entries));
};

const escaped = (name: string) => `"${escapeOf(name[0]!)}${name.slice(1)}"`;

export const memberTwice: Family = (random, original, others) => {
  const object = pickPlace(
    random,
    original,
    ({ value }) => isObject(value) && Object.keys(value).length > 0,
  )!;
  const members = object.value as Record<string, Node>;
  const name = random.pick(Object.keys(members));
  const other = at(random.pick(others).document, [...object.path, name]);
  const value = written(random.chance(0.5) || other === undefined ? members[name]! : other);
  const again = `${random.chance(0.3) && name !== '' ? escaped(name) : JSON.stringify(name)}:${value}`;
  const body = written(members).slice(1, -1);
  const text = random.chance(0.5) ? `{${again},${body}}` : `{${body},${again}}`;
  return written(original.document, object.path, text);
};

export const removed: Family = (random, original) => {
  const place = pickPlace(random, original, ({ path }) => path.length > 0)!;
  return written(without(original.document, place.path));
};

const UNKNOWN = [
  'note',
  'valid',
  '__proto__',
  'constructor',
  'toString',
  'Statement',
  'format ',
  '',
  'step_9',
  'ceilings',
];

export const unknownMember: Family = (random, original) => {
  const object = pickPlace(random, original, ({ value }) => isObject(value))!;
  const members = object.value as Record<string, Node>;
  const name = random.pick(UNKNOWN.filter((each) => !Object.hasOwn(members, each)));
  const value = written(random.pick<Node>([true, null, '1', 1, {}, [], ...Object.values(members)]));
  const body = written(members).slice(1, -1);
  return written(
    original.document,
    object.path,
    `{${body}${body === '' ? '' : ','}${JSON.stringify(name)}:${value}}`,
  );
};

export const nested: Family = (random, original) => {
  const place = pickPlace(random, original, () => true)!;
  const name = random.pick(['value', 'receipt', 'document', '0', String(place.path.at(-1) ?? 'statement')]);
  const value = random.pick<Node>([
    [place.value],
    { [name]: place.value },
    [[place.value]],
    original.document,
  ]);
  return written(
    replaced(
      original.document,
      place.path,
      value === original.document && place.path.length === 0 ? [value] : value,
    ),
  );
};

const OTHER_TYPES: readonly Node[] = [
  null,
  true,
  false,
  0,
  1,
  '',
  '0',
  'null',
  {},
  [],
  [null],
  -1,
  0.5,
  9007199254740991,
];

export const otherType: Family = (random, original) => {
  const place = pickPlace(random, original, ({ path }) => path.length > 0)!;
  return written(replaced(original.document, place.path, random.pick(OTHER_TYPES)));
};
/** A part of another receipt in its place. */
export const mixed: Family = (random, original, others) => {
  const other = random.pick(others);
  const shared = places(other.document).filter(({ path, value }) => {
    const own = at(original.document, path);
    return path.length > 0 && own !== undefined && written(own) !== written(value) && own !== null;
  });
  const binding = new Set(bindingPlaces(original).map(({ path }) => path.join('/')));
  const usable = shared.filter(({ path }) => binding.has(path.join('/')));
  if (usable.length === 0) return undefined;
  const { path, value } = random.pick(usable);
  return written(replaced(original.document, path, value));
};
