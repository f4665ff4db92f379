export type Path = readonly (string | number)[];
export type Node = null | boolean | number | string | Node[] | { [name: string]: Node };

export interface Place {
  readonly path: Path;
  readonly value: Node;
}

export const isObject = (value: Node | undefined): value is { [name: string]: Node } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Everything in a document, each before what is in it. */
export function places(value: Node, path: Path = []): Place[] {
  const inside = Array.isArray(value)
    ? value.flatMap((entry, i) => places(entry, [...path, i]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, member]) => places(member, [...path, name]))
      : [];
  return [{ path, value }, ...inside];
}

export const isLeaf = ({ value }: Place): boolean => typeof value !== 'object' || value === null;

export const at = (root: Node, path: Path): Node | undefined =>
  path.reduce<Node | undefined>(
    (value, key) => (value as Record<string | number, Node> | undefined)?.[key],
    root,
  );

/** A copy in which another value stands at a place. */
export function replaced(root: Node, [key, ...rest]: Path, value: Node): Node {
  if (key === undefined) return value;
  if (Array.isArray(root)) return root.map((entry, i) => (i === key ? replaced(entry, rest, value) : entry));
  const members = root as { [name: string]: Node };
  return { ...members, [key]: replaced(members[key]!, rest, value) };
}

/** A copy without what stands at a place. */
export function without(root: Node, path: Path): Node {
  const parent = at(root, path.slice(0, -1))!;
  const last = path.at(-1)!;
  const rest = Array.isArray(parent)
    ? parent.filter((_, i) => i !== last)
    : Object.fromEntries(Object.entries(parent as object).filter(([name]) => name !== last));
  return replaced(root, path.slice(0, -1), rest);
}

/** JSON text in which one place is written as it is given. */
export function written(root: Node, place?: Path, text?: string): string {
  if (place?.length === 0) return text!;
  const inside = (key: string | number, value: Node) =>
    place?.[0] === key ? written(value, place.slice(1), text) : written(value);
  if (Array.isArray(root)) return `[${root.map((entry, i) => inside(i, entry)).join(',')}]`;
  if (!isObject(root)) return JSON.stringify(root);
  const members = Object.entries(root).map(
    ([name, value]) => `${JSON.stringify(name)}:${inside(name, value)}`,
  );
  return `{${members.join(',')}}`;
}
