/**
 * A whole installation as a process of its own, from dist as users run it. Settings come from the environment; it
 * says where everything is, makes further users when asked, and ends on SIGINT or SIGTERM.
 */
import { randomUUID } from 'node:crypto';
import { systemChance } from '../../../dist/adapters/system/chance.js';
import { systemClock } from '../../../dist/adapters/system/clock.js';
import { startInstallation } from '../../../dist/embedded/installation.js';
import { issueKey, registerUser } from '../../../dist/identity/keys.js';

const starting = new AbortController();
const told = new Promise((resolve) => {
  for (const sign of ['SIGINT', 'SIGTERM'])
    process.once(sign, () => {
      starting.abort(new Error('told to stop'));
      resolve();
    });
});

async function addUser({ dispatch, progress }, pepper, userId) {
  const parts = { dispatch, clock: systemClock, chance: systemChance, pepper };
  const context = (what) => ({
    commandId: randomUUID(),
    correlationId: userId,
    actor: { type: 'system', id: `tests ${what}` },
  });
  await registerUser(parts, { userId, roles: ['user'] }, context('register'));
  const { secret, position } = await issueKey(parts, { userId, name: 'test' }, context('key'));
  await progress.waitFor(position, 120_000);
  return { userId, apiKey: secret };
}

try {
  const installation = await startInstallation({
    signal: starting.signal,
    onRestart: ({ part }) => process.send?.({ restarted: part }),
    onFatal: ({ part, exit, log }) => process.stderr.write(`${part} is gone (${exit}): ${log}\n`),
  });
  const { url, apiKey, userId, app, stack } = installation;
  process.on('message', ({ addUser: wanted }) => {
    if (wanted)
      void addUser(app.engine, app.config.API_KEY_PEPPER, wanted).then((added) => process.send?.({ added }));
  });
  const { databaseUrl, natsUrl, chain, registryUrl, parts } = stack;
  process.send?.({ ready: { url, apiKey, userId, databaseUrl, natsUrl, chain, registryUrl, parts } });
  await told;
  await installation.stop();
  process.exit(0);
} catch (error) {
  process.send?.({ failed: { code: error.code, message: error.message, figures: error.figures } });
  if (!error.code) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
