import { z } from 'zod';
import type { ApiClient } from './api/client.js';
import { refusalLines } from './show/refusal.js';
import type { Screen } from './show/screen.js';

/**
 * Ctrl-C while a workflow runs asks whether to cancel it; a second one, or one where nobody can be asked, cancels;
 * the next leaves at once.
 * @returns what gives Ctrl-C back
 */
export function onInterrupt(
  screen: Screen,
  workflow: () => string | undefined,
  client: ApiClient,
): () => void {
  let stage: 'watching' | 'asking' | 'cancelling' = 'watching';
  const cancel = () => {
    const id = workflow();
    if (id === undefined || stage === 'cancelling') process.exit(130);
    stage = 'cancelling';
    screen.warn('Cancelling; steps in flight still finish. Ctrl-C again leaves at once.');
    client
      .post(`/workflows/${id}/cancel`, { reason: 'interrupted' }, z.looseObject({}))
      .catch((error: unknown) => screen.say(...refusalLines(error)));
  };
  const asked = async () => {
    if (stage !== 'watching' || !screen.asks) return cancel();
    stage = 'asking';
    const answer = await screen.ask('Cancel the workflow? (y/N, or Ctrl-C again) ');
    if (answer === undefined || /^y/i.test(answer.trim())) cancel();
    else stage = 'watching';
  };
  const interrupted = () => void asked();
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', cancel);
  process.on('SIGHUP', cancel);
  return () => {
    process.removeListener('SIGINT', interrupted);
    process.removeListener('SIGTERM', cancel);
    process.removeListener('SIGHUP', cancel);
  };
}
