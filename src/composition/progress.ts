import type { Position } from '../kernel/event.js';
import type { LiveBus } from '../ports/live.js';
import { projections } from '../projections/index.js';
import { ReadModelProgress } from '../runtime/read-model-progress.js';

const PROGRESS = 'progress.read_models';
/** somebody waits: where a read model stands that had nothing to write is known to its keeper alone */
const ASKED = 'progress.asked';
/** somebody waits for a position: who keeps a read model does not rest before it is there */
const WANTED = 'progress.wanted';
/** ms for which one such word holds; who still waits then has said it again */
const WANTED_MS = 500;

interface Told {
  readonly name: string;
  readonly position: Position;
}

interface Wanted {
  readonly position: Position;
}

/**
 * How far the read models are, told by the processes that keep them to those that answer from them.
 * @param keeps whether this process may keep read models
 * @param answers whether it answers from them
 * @param others whether another process answers from them, or keeps some, as far as is known yet: alone, nothing is told
 *   unasked, and nobody is hurried but oneself
 * @param ask where they are; what was not told to a newcomer, it asks
 */
export function readModelProgress(
  live: LiveBus,
  { keeps, answers }: { readonly keeps: boolean; readonly answers: boolean },
  others: { answer(): boolean; keep(): boolean },
  ask: () => Promise<ReadonlyMap<string, Position>>,
): ReadModelProgress {
  let isAsked = false;
  const tell = (name: string, position: Position) => {
    if (isAsked || others.answer()) live.publish(PROGRESS, { name, position } satisfies Told);
  };
  const askAll = () => {
    live.publish(ASKED, {});
    return ask();
  };
  const want = (position: Position) => {
    if (others.keep()) live.publish(WANTED, { position } satisfies Wanted);
  };
  const names = projections.map(({ name }) => name);
  const progress = new ReadModelProgress(
    names,
    keeps ? tell : undefined,
    answers ? askAll : undefined,
    answers ? want : undefined,
  );
  if (keeps) {
    live.subscribe(ASKED, () => {
      isAsked = true;
      progress.announceAll();
      isAsked = false;
    });
    live.subscribe(WANTED, (message) => progress.hurryTo((message as Wanted).position, WANTED_MS));
  }
  if (answers)
    live.subscribe(PROGRESS, (message) => {
      const { name, position } = message as Told;
      progress.learn(name, position);
    });
  return progress;
}
