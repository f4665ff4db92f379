import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../kernel/errors.js';
import { sendRefusal } from './refusal.filter.js';

/** An address that cannot be decoded, or has a part longer than any id here: no route has it. */
export function answerNoAddress(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  sendRefusal(reply, new Refusal('NOT_FOUND', 'There is nothing at this address.'));
}

type Broken = readonly [status: number, code: string, error: string];

const BROKEN: Readonly<Record<string, Broken>> = {
  HPE_HEADER_OVERFLOW: [431, 'TOO_LARGE', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'TIMEOUT', 'The request did not arrive in time.'],
};
const NO_HTTP: Broken = [400, 'VALIDATION_FAILED', 'That is not HTTP.'];

/** What never becomes a request is refused like any other, and its connection ends. */
export function answerNoRequest(problem: NodeJS.ErrnoException, socket: Socket): void {
  if (problem.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const [status, code, error] = BROKEN[problem.code ?? ''] ?? NO_HTTP;
    const body = JSON.stringify({ success: false, error, code });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(problem);
}
