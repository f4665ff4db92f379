import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

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

/** CPU ms of each part of an engine and of this process, the client. @param parts pid by name */
export function cpuByPart(parts) {
  const { user, system } = process.cpuUsage();
  const entries = Object.entries(parts).map(([part, pid]) => [part, cpuMs(pid)]);
  return { client: (user + system) / 1000, ...Object.fromEntries(entries) };
}

/** CPU ms that everything on this machine has used. */
export const machineMs = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

/** Bytes of memory a process holds now, and the most it ever held. Linux only. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]) * 1024;
  return { now: bytes('VmRSS'), most: bytes('VmHWM') };
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1], ticks: fields[11] + fields[12] + fields[13] + fields[14] };
  } catch {
    return undefined; // it ended while we looked
  }
}
