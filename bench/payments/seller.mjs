/** The demo bazaar's own server, which sells one thing that costs no work: what is measured is the payment. */
import { z } from 'zod';
import { declare } from '../../dist/embedded/services/declaration.js';
import { startServices } from '../../dist/embedded/services.js';

const options = JSON.parse(process.argv[2]);
let works = 0;

const declaration = declare({
  id: 'echo',
  name: 'Echo',
  description: 'Says what it hears.',
  capability: 'echo',
  price: 1_000n,
  inputs: [{ name: 'words', type: 'text', optional: false, description: 'what to say' }],
  input: z.object({ words: z.string() }),
  output: 'text',
  answer: z.object({ words: z.string() }),
  reputation: 9_000,
  uptime: 1,
  latencyMs: 1,
  tags: [],
});
const echo = {
  declaration,
  read: (body) => declaration.input.parse(body),
  work: async (input) => {
    works += 1;
    return input;
  },
};

const { url, payTo, close } = await startServices({ ...options, services: [echo] });
process.on('message', () => process.send({ works }));
for (const sign of ['SIGTERM', 'disconnect'])
  process.once(sign, () => void close().then(() => process.exit(0)));
process.send({ ready: { url, payTo } });
