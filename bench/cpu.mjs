import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 10;

/** CPU ms that a process and all its descendants have used, ended children included. Linux only. */
export function cpuMs(root) {
  const stats = new Map();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
    if (stat) stats.set(Number(entry), stat);
  }
  const family = [root];
  for (const pid of family) for (const [child, { parent }] of stats) if (parent === pid) family.push(child);
  return family.reduce((sum, pid) => sum + (stats.get(pid)?.ticks ?? 0), 0) * MS_PER_TICK;
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return { parent: fields[1], ticks: fields[11] + fields[12] + fields[13] + fields[14] };
  } catch {
    return undefined; // it ended while we looked
  }
}
