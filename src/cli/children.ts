import { identify, isAlive, type ProcessIdentity } from '../embedded/process-identity.js';
import type { PartReport } from '../embedded/supervisor.js';

interface Child {
  readonly identity: ProcessIdentity;
  readonly signal: NodeJS.Signals;
}

const children: Child[] = [];

/**
 * Servers live in process groups of their own, so that Ctrl-C reaches us alone and we end them in order. Whoever
 * leaves without that (a second Ctrl-C, a crash) takes them along here.
 */
export function remember({ part, pid }: PartReport): void {
  const identity = pid === undefined ? undefined : identify(pid);
  if (!identity) return;
  if (children.length === 0) process.on('exit', endAll);
  // Postgres knows how to leave at once; it recovers at the next start
  children.push({ identity, signal: part === 'postgres' ? 'SIGQUIT' : 'SIGKILL' });
}

function endAll(): void {
  for (const { identity, signal } of children)
    if (isAlive(identity)) {
      try {
        process.kill(identity.pid, signal);
      } catch {
        // it ended between the look and the signal
      }
    }
}
