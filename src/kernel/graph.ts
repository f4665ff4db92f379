/** A directed acyclic graph as a map from each node to what it depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Kahn's algorithm, in levels: a node stands one level above its deepest dependency. Within a level the order is
 * that of the map, so equal graphs give equal levels.
 * @returns undefined when the graph has a circle or names an unknown node
 */
export function topologicalLevels(graph: Dependencies): readonly (readonly string[])[] | undefined {
  const level = new Map<string, number>();
  const waiting = new Map<string, number>();
  const dependants = new Map<string, string[]>();
  for (const [node, dependencies] of graph) {
    waiting.set(node, new Set(dependencies).size);
    for (const dependency of new Set(dependencies)) {
      if (!graph.has(dependency)) return undefined;
      dependants.set(dependency, [...(dependants.get(dependency) ?? []), node]);
    }
  }
  let frontier = [...graph.keys()].filter((node) => waiting.get(node) === 0);
  const levels: string[][] = [];
  while (frontier.length > 0) {
    levels.push(frontier);
    for (const node of frontier) level.set(node, levels.length - 1);
    const next = new Set<string>();
    for (const node of frontier)
      for (const dependant of dependants.get(node) ?? []) {
        const left = waiting.get(dependant)! - 1;
        waiting.set(dependant, left);
        if (left === 0) next.add(dependant);
      }
    frontier = [...graph.keys()].filter((node) => next.has(node));
  }
  return level.size === graph.size ? levels : undefined;
}

/**
 * The longest path by weight, not by number of nodes (domain.md 12).
 * @param weight e.g. estimated ms of a node
 */
export function criticalPath(
  graph: Dependencies,
  weight: (node: string) => number,
): { readonly path: readonly string[]; readonly length: number } {
  const levels = topologicalLevels(graph);
  if (!levels) throw new RangeError('a graph with a circle has no critical path');
  const best = new Map<string, { length: number; via: string | undefined }>();
  let end: string | undefined;
  for (const node of levels.flat()) {
    let via: string | undefined;
    for (const dependency of graph.get(node)!)
      if (via === undefined || best.get(dependency)!.length > best.get(via)!.length) via = dependency;
    best.set(node, { length: (via === undefined ? 0 : best.get(via)!.length) + weight(node), via });
    if (end === undefined || best.get(node)!.length > best.get(end)!.length) end = node;
  }
  const path: string[] = [];
  for (let node = end; node !== undefined; node = best.get(node)!.via) path.unshift(node);
  return { path, length: end === undefined ? 0 : best.get(end)!.length };
}
