/**
 * A thread of the prover. {id, task, key, ...} in, {id, result} or {id, failed} out; a key is opened first, by the
 * task `open`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openKernel } from './kernel/open-kernel.mjs';
import { tasksOn } from './tasks.mjs';

const { index } = workerData;
const keys = new Map();

const ownTasks = {
  open({ key, module, memory, plan }) {
    keys.set(key, tasksOn(openKernel(module, memory, plan.threads[index].scratch), plan, index));
  },
};

parentPort.on('message', ({ id, task, ...given }) => {
  try {
    parentPort.postMessage({ id, result: (ownTasks[task] ?? keys.get(given.key)[task])(given) });
  } catch (error) {
    parentPort.postMessage({ id, failed: String(error?.stack ?? error) });
  }
});
parentPort.postMessage({ ready: true });
