/** A directed acyclic graph as a map from each node to what it depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Kahn's algorithm, in levels: a node stands one level above its deepest dependency. Within a level the order is
 * that of the map, so equal graphs give equal levels.
 * @returns undefined when the graph has a circle or names an unknown node
 */
export function topologicalLevels(graph: Dependencies): readonly (readonly string[])[] | undefined {
  const waiting = new Map<string, number>();
  const dependants = new Map<string, string[]>();
  const free: string[] = [];
  const levelOf = new Map<string, number>();
  for (const [node, dependencies] of graph) {
    const distinct = dependencies.length > 1 ? [...new Set(dependencies)] : dependencies;
    for (const dependency of distinct) {
      if (!graph.has(dependency)) return undefined;
      const known = dependants.get(dependency);
      if (known) known.push(node);
      else dependants.set(dependency, [node]);
    }
    waiting.set(node, distinct.length);
    levelOf.set(node, 0);
    if (distinct.length === 0) free.push(node);
  }
  for (const node of free)
    for (const dependant of dependants.get(node) ?? []) {
      const left = waiting.get(dependant)! - 1;
      waiting.set(dependant, left);
      levelOf.set(dependant, Math.max(levelOf.get(dependant)!, levelOf.get(node)! + 1));
      if (left === 0) free.push(dependant);
    }
  if (free.length < graph.size) return undefined;
  const levels: string[][] = [];
  for (const [node, level] of levelOf) {
    while (levels.length <= level) levels.push([]);
    levels[level]!.push(node);
  }
  return levels;
}

/**
 * The longest path by weight, not by number of nodes (domain.md 12).
 * @param weight e.g. estimated ms of a node
 * @param levels of the graph, where they are known
 */
export function criticalPath(
  graph: Dependencies,
  weight: (node: string) => number,
  levels = topologicalLevels(graph),
): { readonly path: readonly string[]; readonly length: number } {
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
