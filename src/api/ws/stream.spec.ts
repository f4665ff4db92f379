import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';

interface Message {
  readonly type: string;
  readonly seq?: number;
  readonly data: Record<string, unknown>;
}

/** One listener, and everything it has heard. */
class Listener {
  readonly heard: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private wake: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(String(data)));
      this.wake();
    });
    this.closed = new Promise((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
  }

  async until(done: (heard: readonly Message[]) => boolean): Promise<readonly Message[]> {
    while (!done(this.heard))
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.heard;
  }

  sequence = (): number[] => this.heard.flatMap(({ seq }) => seq ?? []);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('the stream of a workflow', () => {
  let house: House;
  let alice: Client;
  let mallory: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    mallory = await house.user('user_mallory');
    await house.fund(alice.userId, 10_000_000n);
  });
  afterAll(() => house.close());

  const open = (workflowId: string, query = '', client = alice): Listener =>
    new Listener(
      new WebSocket(`${house.url.replace('http', 'ws')}/workflows/${workflowId}/stream${query}`, {
        headers: { authorization: `Bearer ${client.secret}` },
      }),
    );
  const proposed = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { input: 'a request in plain words' });
    await house.propose(body.workflow.id, alice.userId);
    return body.workflow.id;
  };
  const refusal = (url: string, headers = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(house.url.replace('http', 'ws') + url, { headers });
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
      socket.on('open', () => reject(new Error('it was let in')));
      socket.on('error', () => undefined);
    });

  it('says connected first, then tells everything in order, and ends after the run if asked to', async () => {
    const id = await proposed();
    const listener = open(id, '?until=closed');
    await listener.until((heard) => heard.some(({ type }) => type === 'workflow.awaiting_approval'));
    await alice.post(`/workflows/${id}/approve`);
    await house.execute(id, alice.userId, 'done');
    expect(await listener.closed).toEqual({ code: 1000, reason: 'the run is closed' });
    expect(listener.heard.map(({ type }) => type)).toEqual([
      'connected',
      'workflow.planning',
      'workflow.plan_ready',
      'workflow.awaiting_approval',
      'workflow.approved',
      'workflow.executing',
      'step.started',
      'step.completed',
      'step.started',
      'step.completed',
      'workflow.completed',
      'workflow.closed',
    ]);
    expect(listener.sequence()).toEqual(upTo(11));
  });

  it('is resumed without gap or duplicate, however often the connection was lost', async () => {
    const id = await proposed();
    await alice.post(`/workflows/${id}/approve`);
    const running = house.execute(id, alice.userId, 'done');
    const heard: number[] = [];
    while (heard.length < 11) {
      const listener = open(id, `?from=${heard.length + 1}`);
      await listener.until(() => listener.sequence().length >= Math.min(2, 11 - heard.length));
      listener.socket.terminate();
      await listener.closed;
      heard.push(...listener.sequence());
    }
    await running;
    expect(heard).toEqual(upTo(11));
  });

  it('ends at once when what it waits for is told already', async () => {
    const id = await proposed();
    await alice.post(`/workflows/${id}/cancel`);
    await house.caughtUp();
    const listener = open(id, '?from=1000&until=closed');
    expect(await listener.closed).toMatchObject({ code: 1000 });
  });

  it('passes progress on without a number', async () => {
    const id = await proposed();
    const listener = open(id);
    await listener.until((heard) => heard.length >= 4);
    house.live.publish(`progress.${id}`, { type: 'step.progress', stepId: 'step_1', done: 0.5 });
    const heard = await listener.until((all) => all.some(({ type }) => type === 'step.progress'));
    expect(heard.at(-1)).toMatchObject({ type: 'step.progress', data: { stepId: 'step_1', done: 0.5 } });
    expect(heard.at(-1)).not.toHaveProperty('seq');
    listener.socket.close();
  });

  it('takes the key of a browser from the query or the subprotocols', async () => {
    const id = await proposed();
    const base = `${house.url.replace('http', 'ws')}/workflows/${id}/stream`;
    const byQuery = new Listener(new WebSocket(`${base}?access_token=${alice.secret}`));
    const byProtocol = new Listener(new WebSocket(base, ['quittance', `key.${alice.secret}`]));
    for (const listener of [byQuery, byProtocol]) {
      await listener.until((heard) => heard.length > 0);
      listener.socket.close();
    }
    expect(byProtocol.socket.protocol).toBe('quittance');
  });

  it('is for the owner only', async () => {
    const id = await proposed();
    const as = (client: Client) => ({ authorization: `Bearer ${client.secret}` });
    expect(await refusal(`/workflows/${id}/stream`)).toBe(401);
    expect(await refusal(`/workflows/${id}/stream`, as(mallory))).toBe(404);
    expect(await refusal('/workflows/wf_missing/stream', as(alice))).toBe(404);
    expect(await refusal('/elsewhere', as(alice))).toBe(404);
    expect(await refusal(`/workflows/${id}/stream?from=zero`, as(alice))).toBe(400);
    expect(await refusal(`/workflows/${id}/stream?since=1`, as(alice))).toBe(400);
  });

  it('cuts a client that does not read, and says why', async () => {
    const id = await proposed();
    const listener = open(id);
    await listener.until((heard) => heard.length >= 4);
    listener.socket.pause();
    const load = 'x'.repeat(64 * 1024);
    for (let sent = 0; sent < 600; sent++)
      house.live.publish(`progress.${id}`, { type: 'step.progress', load });
    await new Promise((resolve) => setImmediate(resolve));
    listener.socket.resume();
    const { code, reason } = await listener.closed;
    expect({ code, reason }).toEqual({
      code: 1013,
      reason: 'too slow: resume from the last sequence number',
    });
    expect(listener.heard.length).toBeLessThan(600);
  });
});
