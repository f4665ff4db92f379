import { type Check, check } from './checks.js';
import type { Disclosure, Statement } from './document.js';

/** What a run says it has undone must be what it has done. No line where it says nothing. */
export function checkRollback(
  { rollback, outcome }: Statement,
  disclosure: Disclosure | undefined,
): readonly Check[] {
  if (!rollback) return [];
  const { undone, notUndone } = rollback;
  const done = disclosure && new Set(stepsDone(disclosure));
  const named = [...undone, ...notUndone];
  const contradiction = () => {
    if (outcome === 'completed') return 'A run that completed has undone nothing.';
    if (new Set(named).size !== named.length) return 'A step is said twice to be undone or not to be.';
    if (rollback.outcome === 'completed' && notUndone.length > 0)
      return 'All is said to be undone, and something not.';
    const other = done && named.find((stepId) => !done.has(stepId));
    return other === undefined
      ? undefined
      : `${other} is said to be undone or not to be, but it did not complete.`;
  };
  const left = notUndone.length > 0 ? `; not undone: ${notUndone.join(', ')}` : '';
  return [check('rollback', contradiction(), `Undone: ${undone.join(', ') || 'nothing'}${left}.`)];
}

const stepsDone = ({ steps }: Disclosure): readonly string[] =>
  steps.filter(({ outcome }) => outcome === 'completed').map(({ stepId }) => stepId);
