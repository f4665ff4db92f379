// The diamond of five steps that do nothing, as Restate's own TypeScript SDK has it written.
import http2 from 'node:http2';
import * as restate from '@restatedev/restate-sdk';

// The SDK expects Node 22; this is all that Node 20 lacks.
Promise.withResolvers ??= function withResolvers() {
  const deferred = {};
  deferred.promise = new this((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};

const nothing = (step) => async () => ({ step });

const diamonds = restate.service({
  name: 'diamonds',
  handlers: {
    async w1(context) {
      await context.run('A', nothing('A'));
      await restate.RestatePromise.all(['B', 'C', 'D'].map((step) => context.run(step, nothing(step))));
      return context.run('E', nothing('E'));
    },
  },
});

http2
  .createServer(restate.createEndpointHandler({ services: [diamonds] }))
  .listen(Number(process.env.SERVICE_PORT), '127.0.0.1');
