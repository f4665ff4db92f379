// The four workloads as Restate's own TypeScript SDK has them written.
import { openSync, writeSync } from 'node:fs';
import http2 from 'node:http2';
import * as restate from '@restatedev/restate-sdk';

/** Outlives a SIGKILL: what stands in it was done. */
const log = openSync(process.env.STEP_LOG, 'a');

const nothing = (step) => async () => ({ step });
const failing = async () => {
  throw new restate.TerminalError('this step fails');
};
const counted = (id, step) => async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeSync(log, `${id} ${step}\n`);
  return { step, ok: true };
};

const bench = restate.service({
  name: 'bench',
  handlers: {
    async w1(context) {
      await context.run('A', nothing('A'));
      await restate.RestatePromise.all(['B', 'C', 'D'].map((step) => context.run(step, nothing(step))));
      return context.run('E', nothing('E'));
    },
    async w2(context) {
      for (let step = 0; step < 50; step++) await context.run(`s${step}`, nothing(step));
      return { status: 'completed' };
    },
    async w3(context) {
      const done = [];
      try {
        for (const step of ['A', 'B', 'C']) {
          await context.run(step, nothing(step));
          done.unshift(step);
        }
        await context.run('D', failing);
        return { status: 'completed' };
      } catch (error) {
        if (!(error instanceof restate.TerminalError)) throw error;
        for (const step of done) await context.run(`undo ${step}`, nothing(step));
        return { status: 'failed', undone: done.length };
      }
    },
    async w4(context, { id }) {
      for (let step = 0; step < 20; step++) await context.run(`s${step}`, counted(id, step));
      return { status: 'completed' };
    },
  },
});

http2
  .createServer(restate.createEndpointHandler({ services: [bench] }))
  .listen(Number(process.env.SERVICE_PORT), '127.0.0.1');
