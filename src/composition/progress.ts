import type { Position } from '../kernel/event.js';
import type { LiveBus } from '../ports/live.js';
import { projections } from '../projections/index.js';
import { ReadModelProgress } from '../runtime/read-model-progress.js';

const PROGRESS = 'progress.read_models';
/** somebody waits: where a read model stands that had nothing to write is known to its keeper alone */
const ASKED = 'progress.asked';

interface Told {
  readonly name: string;
  readonly position: Position;
}

/**
 * How far the read models are, told by the processes that keep them to those that answer from them.
 * @param keeps whether this process may keep read models
 * @param answers whether it answers from them
 * @param hasReaders whether another process answers from them, as far as is known yet: alone, nothing is told unasked
 * @param ask where they are; what was not told to a newcomer, it asks
 */
export function readModelProgress(
  live: LiveBus,
  { keeps, answers }: { readonly keeps: boolean; readonly answers: boolean },
  hasReaders: () => boolean,
  ask: () => Promise<ReadonlyMap<string, Position>>,
): ReadModelProgress {
  let isAsked = false;
  const tell = (name: string, position: Position) => {
    if (isAsked || hasReaders()) live.publish(PROGRESS, { name, position } satisfies Told);
  };
  const askAll = () => {
    live.publish(ASKED, {});
    return ask();
  };
  const names = projections.map(({ name }) => name);
  const progress = new ReadModelProgress(names, keeps ? tell : undefined, answers ? askAll : undefined);
  if (keeps)
    live.subscribe(ASKED, () => {
      isAsked = true;
      progress.announceAll();
      isAsked = false;
    });
  if (answers)
    live.subscribe(PROGRESS, (message) => {
      const { name, position } = message as Told;
      progress.learn(name, position);
    });
  return progress;
}
