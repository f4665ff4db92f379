import { round } from './figures.mjs';

const NOT_WORK = new Set(['(idle)', '(program)', '(root)']);

/** @returns the functions of a CPU profile that took most by themselves, with their share of all work in % */
export const hotFunctions = (profile, most = 30) =>
  shares(profile, most, (frame, caller) => {
    const place = placeOf(frame);
    if (isOurs(frame) || !caller) return `${nameOf(frame)} ${place}`;
    return `${nameOf(frame)} ${place} for ${nameOf(caller)} ${placeOf(caller)}`;
  });

/** The same added up by package or by room of ours; what the runtime does counts for who asked it. */
export const hotPlaces = (profile, most = 25) =>
  shares(profile, most, (frame, caller) => {
    if (frame.functionName === '(garbage collector)') return frame.functionName;
    return roomOf(isOurs(frame) ? frame : (caller ?? frame));
  });

function shares({ nodes, samples, timeDeltas }, most, labelOf) {
  const labels = new Map();
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const byId = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [id, frame] of byId) {
    let at = id;
    while (at !== undefined && !isOurs(byId.get(at))) at = parents.get(at);
    const caller = at === undefined ? undefined : byId.get(at);
    const isWork = !NOT_WORK.has(frame.functionName) && !caller?.url.endsWith('/bench/profiler.mjs');
    if (isWork) labels.set(id, labelOf(frame, caller));
  }
  const took = new Map();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const label = labels.get(id);
    if (label === undefined) continue;
    const us = Math.max(0, timeDeltas[at] ?? 0);
    took.set(label, (took.get(label) ?? 0) + us);
    all += us;
  }
  return [...took]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, us]) => ({ share: round((100 * us) / all), name: name.trim() }));
}

/** Written in a file of ours or of a package, not part of the runtime. */
const isOurs = ({ url }) => url.startsWith('file:') || url.startsWith('/');

const nameOf = ({ functionName }) => functionName || '(anonymous)';

function roomOf({ url }) {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url);
  if (inPackage) return inPackage[1];
  const ours = /\/dist\/([^/]+(?:\/[^/]+)?)/.exec(url);
  if (ours) return `dist/${ours[1]}`;
  return url || '(runtime)';
}

function placeOf({ url, lineNumber }) {
  const short = url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules\/|dist\/)/, '$1');
  return short && !short.startsWith('wasm:') ? `${short}:${lineNumber + 1}` : short;
}
