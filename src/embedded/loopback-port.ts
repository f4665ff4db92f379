import { createServer } from 'node:net';
import { Refusal } from '../kernel/errors.js';
import { waitUntil } from './wait-until.js';

export const LOOPBACK = '127.0.0.1';

export const portInUse = (part: string, port: number): Refusal =>
  new Refusal(
    'PORT_IN_USE',
    `${part} wants port ${port} of ${LOOPBACK}, but another program listens there. Stop it, or choose another port.`,
    { part, port },
  );

/** A port nobody listens on at this moment. Another program may still take it first: callers try again. */
export const freePort = (): Promise<number> => bindOnce(0);

const PATIENCE_MS = 1_000;

/**
 * A child of a killed predecessor may need a moment to end, so the port is asked for during a second.
 * @returns `port` when nobody listens on it, else 0: any other will do
 */
export async function portIfFree(port: number | undefined): Promise<number> {
  if (!port) return 0;
  return (await waitUntil(() => bindOnce(port).catch(() => undefined), PATIENCE_MS, 25)) ?? 0;
}

/** @throws Refusal PORT_IN_USE */
export async function requirePort(part: string, port: number): Promise<void> {
  await bindOnce(port).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EADDRINUSE' ? portInUse(part, port) : cause;
  });
}

function bindOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
