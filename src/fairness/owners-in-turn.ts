import { FairTurns, type Hands } from '../runtime/fair-turns.js';
import type { InTurn } from '../runtime/reactor.js';
import type { RunOwners } from './run-owners.js';

/** Users take turns at what their events lead to: a batch of one does not keep the next event of another waiting. */
export function ownersInTurn(owners: RunOwners, hands: Hands): InTurn {
  const turns = new FairTurns(hands);
  return (correlationId, work) => {
    const owner = owners.of(correlationId);
    return typeof owner === 'string' ? turns.run(owner, work) : owner.then((found) => turns.run(found, work));
  };
}
