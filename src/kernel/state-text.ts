import { PersistentMap } from './persistent-map.js';

/**
 * The state of an aggregate as text and back, exactly: bigints and {@link PersistentMap}s are kept, which JSON alone
 * would lose. Not a storage format: what another version of the program wrote is thrown away, never read.
 */
const BIGINT = '$bigint';
const MAP = '$map';
/** a record that happens to use one of these names */
const RECORD = '$record';
const TAGS = [BIGINT, MAP, RECORD];

type Entries = readonly (readonly [key: string, value: unknown])[];

export const stateToText = (state: unknown): string => JSON.stringify(tagged(state));

/** @throws SyntaxError or TypeError for text that no state gave */
export const stateFromText = (text: string): unknown => untagged(JSON.parse(text));

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { [BIGINT]: `${value}` };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof PersistentMap) return { [MAP]: taggedEntries([...value]) };
  const entries = taggedEntries(Object.entries(value));
  return TAGS.some((tag) => tag in value) ? { [RECORD]: entries } : Object.fromEntries(entries);
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  if (BIGINT in value) return BigInt(value[BIGINT] as string);
  if (MAP in value) return PersistentMap.of(untaggedEntries(value[MAP] as Entries));
  return Object.fromEntries(
    untaggedEntries(RECORD in value ? (value[RECORD] as Entries) : Object.entries(value)),
  );
}

const taggedEntries = (entries: Entries) => entries.map(([key, value]) => [key, tagged(value)] as const);
const untaggedEntries = (entries: Entries) => entries.map(([key, value]) => [key, untagged(value)] as const);
