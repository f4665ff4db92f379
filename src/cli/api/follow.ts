import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Refusal } from '../../kernel/errors.js';
import { type StreamMessage, streamMessage } from './views.js';

export interface FollowOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly workflowId: string;
  readonly signal: AbortSignal;
  readonly onMessage: (message: StreamMessage) => void;
  /** the connection was lost and is being made again */
  readonly onLost: () => void;
}

/** ms between two attempts, and for how long they go on */
const AGAIN = 500;
const PATIENCE = 120_000;

/**
 * Everything of a workflow from its first event on. A lost connection is resumed from the last number, so that
 * nothing is missing and nothing comes twice, also when the server was killed meanwhile.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { signal } = options;
  let next = 1;
  let lostAt: number | undefined;
  while (!signal.aborted) {
    const heard = await connection(options, next, (seq) => {
      next = seq + 1;
      lostAt = undefined;
    });
    if (signal.aborted) return;
    if (heard.refused !== undefined) throw heard.refused;
    if (lostAt === undefined) options.onLost();
    lostAt ??= performance.now();
    if (performance.now() - lostAt > PATIENCE)
      throw new Refusal('NOT_REACHED', `${options.url} has not answered for ${PATIENCE / 1_000} s.`);
    await pause(AGAIN);
  }
}

interface Heard {
  readonly refused?: Refusal;
}

function connection(options: FollowOptions, from: number, onSeq: (seq: number) => void): Promise<Heard> {
  const address = new URL(`/workflows/${options.workflowId}/stream?from=${from}`, options.url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${options.apiKey}` } });
  const leave = () => socket.close();
  options.signal.addEventListener('abort', leave, { once: true });
  return new Promise<Heard>((resolve) => {
    let refused: Refusal | undefined;
    socket.on('message', (bytes) => {
      const message = streamMessage.safeParse(parsed(String(bytes)));
      if (!message.success) return;
      if (message.data.seq !== undefined) onSeq(message.data.seq);
      options.onMessage(message.data);
    });
    socket.on('unexpected-response', (_, { statusCode }) => {
      // a server that starts again answers 503 for a while
      if (statusCode && statusCode < 500 && statusCode !== 429)
        refused = new Refusal('STREAM_REFUSED', `The stream was refused (${statusCode}).`);
      // with a listener here, the handshake is ours to end
      socket.terminate();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      options.signal.removeEventListener('abort', leave);
      resolve(refused ? { refused } : {});
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
