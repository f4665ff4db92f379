/** A child that keeps the contract of src/embedded/child-process.ts, or breaks it as CHILD_FAULT says. */
import { createServer } from 'node:http';

const fault = process.env.CHILD_FAULT ?? '';
process.stdout.write(`child ${process.env.CHILD_NAME ?? ''} begins\n`);

if (fault === 'exit') {
  process.stderr.write('the disk is full\n');
  process.exit(3);
}
if (fault === 'refusal') {
  process.send({ failed: { code: 'PORT_IN_USE', message: 'Port 1 is taken.' } }, () => process.exit(1));
}
if (fault === 'deaf') process.on('SIGTERM', () => undefined);
else for (const sign of ['SIGTERM', 'disconnect']) process.once(sign, () => process.exit(0));

if (fault !== 'silent' && fault !== 'refusal') {
  const server = createServer((request, response) => {
    if (request.url === '/die') process.exit(9);
    response.end(String(process.pid));
  });
  server.listen(Number(process.env.CHILD_PORT ?? 0), '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    process.send({ ready: { url, pid: process.pid } });
  });
}
setInterval(() => undefined, 60_000);
