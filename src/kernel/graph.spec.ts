import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { criticalPath, topologicalLevels } from './graph.js';

const graph = (edges: Record<string, readonly string[]>) => new Map(Object.entries(edges));
const diamond = graph({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] });

/** Any graph whose edges go from later to earlier nodes, in any order of the map. */
const acyclic = fc
  .array(fc.nat({ max: 0xffff }), { minLength: 1, maxLength: 12 })
  .chain((bits) =>
    fc
      .shuffledSubarray([...bits.keys()], { minLength: bits.length, maxLength: bits.length })
      .map(
        (order) =>
          new Map(
            order.map((node) => [
              `${node}`,
              [...Array(node).keys()].filter((other) => (bits[node]! >> other) & 1).map(String),
            ]),
          ),
      ),
  );

describe('levels', () => {
  it('of a diamond are three', () => expect(topologicalLevels(diamond)).toEqual([['a'], ['b', 'c'], ['d']]));
  it('of nothing are none', () => expect(topologicalLevels(new Map())).toEqual([]));
  it.each([
    ['a circle', { a: ['c'], b: ['a'], c: ['b'] }],
    ['a circle beside something sound', { x: [], a: ['b'], b: ['a'] }],
    ['itself', { a: ['a'] }],
    ['a stranger', { a: ['zz'] }],
  ])('of a graph that depends on %s do not exist', (_what, edges) =>
    expect(topologicalLevels(graph(edges))).toBeUndefined(),
  );
  it('take a dependency named twice once', () =>
    expect(topologicalLevels(graph({ a: [], b: ['a', 'a'] }))).toEqual([['a'], ['b']]));

  it('hold every node once, one level above its deepest dependency', () =>
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const levels = topologicalLevels(nodes)!;
        const levelOf = new Map(levels.flatMap((level, at) => level.map((node) => [node, at] as const)));
        expect(levels.flat().sort()).toEqual([...nodes.keys()].sort());
        for (const [node, dependencies] of nodes)
          expect(levelOf.get(node)).toBe(Math.max(-1, ...dependencies.map((d) => levelOf.get(d)!)) + 1);
      }),
    ));
});

describe('the critical path', () => {
  it('is the longest by weight, not by number of nodes', () => {
    const long = graph({ a: [], b: ['a'], c: ['b'], end: ['c', 'heavy'], heavy: [] });
    const weight = (node: string) => (node === 'heavy' ? 100 : 10);
    expect(criticalPath(long, weight)).toEqual({ path: ['heavy', 'end'], length: 110 });
  });
  it('of nothing is nothing', () =>
    expect(criticalPath(new Map(), () => 1)).toEqual({ path: [], length: 0 }));
  it('of a circle is refused', () =>
    expect(() => criticalPath(graph({ a: ['a'] }), () => 1)).toThrow(RangeError));

  it('is as long as the longest of all paths', () =>
    fc.assert(
      fc.property(
        acyclic,
        fc.array(fc.nat({ max: 50 }), { minLength: 12, maxLength: 12 }),
        (nodes, weights) => {
          const weight = (node: string) => weights[Number(node)]!;
          const longest = (node: string): number =>
            weight(node) + Math.max(0, ...nodes.get(node)!.map(longest));
          const { path, length } = criticalPath(nodes, weight);
          expect(length).toBe(Math.max(...[...nodes.keys()].map(longest)));
          expect(path.reduce((sum, node) => sum + weight(node), 0)).toBe(length);
          for (const [at, node] of path.slice(1).entries()) expect(nodes.get(node)).toContain(path[at]);
        },
      ),
    ));
});
