/** Stands where the services' process stands, and answers with the settings it was given. */
import { createServer } from 'node:http';

for (const sign of ['SIGTERM', 'disconnect']) process.once(sign, () => process.exit(0));

const server = createServer((_, response) => {
  const { SERVICES_FACILITATOR_URL, SERVICES_NETWORK, SERVICES_MINT } = process.env;
  response.end(JSON.stringify({ SERVICES_FACILITATOR_URL, SERVICES_NETWORK, SERVICES_MINT }));
});
server.listen(Number(process.env.SERVICES_PORT), '127.0.0.1', () => {
  process.send({ ready: { registryUrl: `http://127.0.0.1:${server.address().port}` } });
});
