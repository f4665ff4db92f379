import { upcast } from '../events/catalogue.js';
import type { Recorded } from '../kernel/event.js';

/** As this version of the program speaks of it. @throws Error for one that a newer program wrote */
export function current(recorded: Recorded): Recorded {
  const event = upcast(recorded.event);
  return event === recorded.event ? recorded : { ...recorded, event };
}
