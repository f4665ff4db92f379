import { round } from './figures.mjs';

/** Steps of 50 ms each; the program is killed when half of them have ended. */
const SIZE = { workflows: 200, steps: 20 };
const LOOK_EVERY_MS = 10;
/** of each of two hundred clients whose server is gone: asked more often, they take from it the processor it starts on */
const ASK_AGAIN_MS = 200;
const PATIENCE_MS = 180_000;

/**
 * SIGKILL in the middle of a load, restart at once. Of ours everything but the servers is killed; of Restate the
 * process with its handlers, or its server too. What ran again is counted where steps do their work.
 * @param program what of the engine is killed and started again
 */
export async function crash(engine, scale, program) {
  const workflows = Math.max(1, Math.round(SIZE.workflows * scale));
  const half = (workflows * SIZE.steps) / 2;
  const before = await engine.did();
  const all = runAll(engine, workflows);
  const began = performance.now();
  while ((await engine.did()).ended - before.ended < half) {
    if (all.over) throw new Error('every workflow ended before the kill');
    if (performance.now() - began > PATIENCE_MS) throw new Error('half of the steps never ended');
    await later(LOOK_EVERY_MS);
  }
  await program.kill();
  const killed = performance.now();
  const startUpMs = await program.start();
  const finished = await Promise.race([all.done.then(() => true), later(PATIENCE_MS)]);
  const finishSeconds = round((performance.now() - killed) / 1000);
  if (!finished) throw new Error(`not all workflows ended within ${PATIENCE_MS} ms after the restart`);
  const did = await engine.did();
  return {
    workflows,
    steps: workflows * SIZE.steps,
    killedAfterSeconds: round((killed - began) / 1000),
    startUpMs,
    finishSeconds,
    finishedStepsRunAgain: did.endedAgain ?? did.ended - before.ended - workflows * SIZE.steps,
    finishedStepsAskedAgain: did.askedAfterEnd ?? did.endedAgain,
    failures: [],
  };
}

/** All at once. A client whose server is gone asks again. */
function runAll(engine, workflows) {
  const all = { over: false };
  const one = async (nth) => {
    if (!engine.create) return persistently(() => engine.run('w4', `crash-${nth}`));
    const id = await engine.create('w4');
    return persistently(() => engine.wait('w4', id));
  };
  all.done = Promise.all(Array.from({ length: workflows }, (_, nth) => one(nth)));
  all.done.then(
    () => (all.over = true),
    () => (all.over = true),
  );
  return all;
}

async function persistently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!/ECONN|socket hang up|EPIPE/.test(`${error.code} ${error.message}`)) throw error;
      await later(ASK_AGAIN_MS);
    }
  }
}

const later = (ms) => new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());

export const crashLineOf = (it) =>
  `finished ${it.finishSeconds} s after the kill (start-up ${it.startUpMs} ms) · finished steps run again ` +
  `${it.finishedStepsRunAgain} of ${it.steps}, asked for again ${it.finishedStepsAskedAgain} · killed after ${it.killedAfterSeconds} s`;
