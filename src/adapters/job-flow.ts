import { createHash } from 'node:crypto';
import type { Job, JobFlow, JobKind, Priority } from '../ports/jobs.js';

/** Ids that stand as they are; others are written in base64url, very long ones as a hash. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,79}$/;
const LONGEST = 120;
const NOBODY = '-';

/** The key of a flow is the end of the subject its jobs stand under: `<kind>.<priority>[.<owner>[.<service>]]`. */
export const flowKeyOf = ({
  kind,
  priority,
  owner,
  service,
}: Omit<JobFlow, 'key' | 'owner'> & { owner?: string }) =>
  [
    kind,
    priority,
    ...(owner || service ? [owner ? tokenOf(owner) : NOBODY] : []),
    ...(service ? [tokenOf(service)] : []),
  ].join('.');

export function flowOf({
  kind,
  priority,
  owner = '',
  service,
}: Omit<Job, 'id' | 'correlationId' | 'payload'>): JobFlow {
  const named = { kind, priority, owner, ...(service && { service }) };
  return { key: flowKeyOf(named), ...named };
}

/** @param key as {@link flowKeyOf} made it */
export function flowOfKey(key: string): JobFlow {
  const [kind, priority, owner = NOBODY, service] = key.split('.');
  return {
    key,
    kind: kind as JobKind,
    priority: priority as Priority,
    owner: owner === NOBODY ? '' : idOf(owner),
    ...(service !== undefined && { service: idOf(service) }),
  };
}

/** An id as one word of a subject. */
export function tokenOf(id: string): string {
  if (PLAIN.test(id)) return id;
  if (Buffer.byteLength(id) > LONGEST)
    return `!${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
  return `=${Buffer.from(id).toString('base64url')}`;
}

const idOf = (token: string): string =>
  token.startsWith('=') ? Buffer.from(token.slice(1), 'base64url').toString() : token;
