import { categoryOf } from '../kernel/ids.js';
import type { EventFilter } from '../ports/event-store.js';

/** A filter as a test; both conditions must hold. Sets are built once, because this runs for every event. */
export function filterTest(filter: EventFilter = {}): (type: string, stream: string) => boolean {
  const types = filter.types && new Set(filter.types);
  const categories = filter.categories && new Set(filter.categories);
  if (types && !categories) return (type) => types.has(type);
  return (type, stream) =>
    (types === undefined || types.has(type)) &&
    (categories === undefined || categories.has(categoryOf(stream)));
}
