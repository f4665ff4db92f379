import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly body: {
    model: string;
    system: string;
    tools: { name: string; input_schema: { properties: Record<string, unknown> } }[];
    messages: { role: string; content: string | Record<string, unknown>[] }[];
  };
}

/** What the stand-in does with one call: the content of a message, a raw answer, or nothing at all. */
export type Turn =
  | { readonly content: readonly object[]; readonly stop?: string }
  | { readonly status: number; readonly text: string; readonly headers?: Record<string, string> }
  | 'hang';

export const plan = (input: unknown, id = 'toolu_1'): Turn => ({
  content: [{ type: 'tool_use', id, name: 'propose_plan', input }],
  stop: 'tool_use',
});

const messageOf = (body: Heard['body'], content: readonly object[], stop = 'end_turn') => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: body.model,
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
});

/** A local server that speaks the Messages API as far as it is used, and plays one turn for each call. */
export async function messagesApi(turns: readonly Turn[]) {
  const heard: Heard[] = [];
  let called = (): void => undefined;
  const firstCall = new Promise<void>((resolve) => {
    called = resolve;
  });
  const answer = (body: Heard['body'], response: ServerResponse): void => {
    const turn = turns[heard.length - 1] ?? { status: 500, text: 'no turn left' };
    called();
    if (turn === 'hang') return;
    if ('content' in turn)
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(messageOf(body, turn.content, turn.stop)));
    else
      response
        .writeHead(turn.status, {
          'content-type': 'application/json',
          'retry-after-ms': '1',
          ...turn.headers,
        })
        .end(turn.text);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Heard['body'];
      heard.push({ headers: request.headers, path: request.url ?? '', body });
      answer(body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    heard,
    firstCall,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
