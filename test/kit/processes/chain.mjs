/** Stands where the chain's process stands: same settings, same first word, no chain. */
import { createServer } from 'node:http';

for (const sign of ['SIGTERM', 'disconnect']) process.once(sign, () => process.exit(0));

const listen = (port) =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      if (request.url === '/die') process.exit(9);
      response.end('chain');
    });
    server.listen(Number(port), '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
  });

const rpcUrl = await listen(process.env.CHAIN_RPC_PORT);
const facilitatorUrl = await listen(process.env.CHAIN_FACILITATOR_PORT);
process.send({ ready: { rpcUrl, wsUrl: rpcUrl, facilitatorUrl, network: 'solana:test', mint: 'Mint' } });
