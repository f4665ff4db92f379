import { round } from './figures.mjs';

const NOT_WORK = new Set(['(idle)', '(program)', '(root)']);

/** @returns the functions of a CPU profile that took most by themselves, with their share of all work in % */
export function hotFunctions({ nodes, samples, timeDeltas }, most = 30) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const took = new Map();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id);
    if (NOT_WORK.has(functionName)) continue;
    const name = `${functionName || '(anonymous)'} ${placeOf(url, lineNumber)}`;
    const us = Math.max(0, timeDeltas[at] ?? 0);
    took.set(name, (took.get(name) ?? 0) + us);
    all += us;
  }
  return [...took]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, us]) => ({ share: round((100 * us) / all), name }));
}

/** The same, added up by package or by folder of ours. */
export function hotPlaces({ nodes, samples, timeDeltas }, most = 20) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const took = new Map();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const { functionName, url } = byId.get(id);
    if (NOT_WORK.has(functionName)) continue;
    const name = functionName === '(garbage collector)' ? functionName : roomOf(url);
    const us = Math.max(0, timeDeltas[at] ?? 0);
    took.set(name, (took.get(name) ?? 0) + us);
    all += us;
  }
  return [...took]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, us]) => ({ share: round((100 * us) / all), name }));
}

function roomOf(url) {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url);
  if (inPackage) return inPackage[1];
  const ours = /\/dist\/([^/]+(?:\/[^/]+)?)/.exec(url);
  if (ours) return `dist/${ours[1]}`;
  return url.startsWith('node:') ? url.split('/').slice(0, 2).join('/') : url || '(native)';
}

const placeOf = (url, line) => {
  const short = url.replace(/^file:\/\//, '').replace(/^.*\/(dist|node_modules)\//, '$1/');
  return short ? `${short}:${line + 1}` : '';
};
