import type { Dispatch } from '../runtime/dispatch.js';
import { FairTurns } from '../runtime/fair-turns.js';
import type { InTurn } from '../runtime/reactor.js';
import { RunOwners } from './run-owners.js';

/** Reactions of all sagas of one process. */
const HANDS = { alone: 64, shared: 16 };

/** Users take turns at what their events lead to: a batch of one does not keep the next event of another waiting. */
export function reactionsInTurn(runs: Pick<Dispatch, 'load'>): InTurn {
  const turns = new FairTurns(HANDS);
  const owners = new RunOwners(runs);
  return (correlationId, work) => {
    const owner = owners.of(correlationId);
    return typeof owner === 'string' ? turns.run(owner, work) : owner.then((found) => turns.run(found, work));
  };
}
