import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { type FreshNats, freshNats } from '../../../test/kit/nats.js';
import { eventId, type Position, type Recorded } from '../../kernel/event.js';
import { NatsIntegrationEvents } from './integration-events.js';

const recorded = (n: number, stream = 'workflow-wf_1', type = 'StepCompleted'): Recorded => ({
  id: eventId('command', n),
  stream,
  revision: n,
  position: String(n).padStart(20, '0') as Position,
  event: { type, v: 1 },
  metadata: {
    commandId: 'command',
    correlationId: 'wf_1',
    causationId: 'command',
    actor: { type: 'system', id: 'spec' },
    occurredAt: '2026-01-01T00:00:00.000Z',
    traceparent: '00-trace-01',
  },
});

describe('integration events', () => {
  let nats: FreshNats;
  let events: NatsIntegrationEvents;
  const subjects = async () => {
    const { streams } = await jetstreamManager(nats.connection);
    return (await streams.info(`${nats.prefix}_EVENTS`, { subjects_filter: '>' })).state.subjects;
  };

  beforeEach(async () => {
    nats = await freshNats();
    events = await NatsIntegrationEvents.open(nats.connection, { prefix: nats.prefix });
  });
  afterEach(() => nats.close());

  it('go out under category, id and type, whole, with position and trace', async () => {
    await events.publish([recorded(1)]);
    const { streams } = await jetstreamManager(nats.connection);
    const subject = `${nats.prefix}.evt.workflow.wf_1.StepCompleted`;
    const message = await streams.getMessage(`${nats.prefix}_EVENTS`, { last_by_subj: subject });
    expect(message?.json()).toEqual(recorded(1));
    expect(message?.header.get('Nats-Msg-Id')).toBe(recorded(1).id);
    expect(message?.header.get('traceparent')).toBe('00-trace-01');
  });

  it('say where a relay resumes, and nothing when none went out', async () => {
    expect(await events.lastPosition()).toBeUndefined();
    await events.publish([recorded(1), recorded(2, 'escrow-user_1', 'FundsHeld'), recorded(3)]);
    expect(await events.lastPosition()).toBe(recorded(3).position);
  });

  it('that go out twice are there once', async () => {
    await events.publish([recorded(1), recorded(2)]);
    await events.publish([recorded(1), recorded(2), recorded(3)]);
    expect(await subjects()).toEqual({ [`${nats.prefix}.evt.workflow.wf_1.StepCompleted`]: 3 });
    expect(await events.lastPosition()).toBe(recorded(3).position);
  });

  it('leave no gap: what follows an event that did not get through is refused', async () => {
    await events.publish([recorded(9)]);
    await events.publish([recorded(1)]);
    // the second is known already and so not stored behind the first: the third has lost its predecessor
    await expect(events.publish([recorded(2), recorded(9), recorded(3)])).rejects.toMatchObject({
      code: 'RELAY_INTERRUPTED',
      kind: 'retryable',
      figures: { events: 3 },
    });
    expect(await events.lastPosition()).toBe(recorded(2).position);
  });

  it('are looked for again when the last of them is there already: those before it may not be', async () => {
    await events.publish([recorded(1)]);
    await events.publish([recorded(9)]);
    await expect(events.publish([recorded(1), recorded(2), recorded(9)])).rejects.toMatchObject({
      code: 'RELAY_INTERRUPTED',
      kind: 'retryable',
    });
    expect(await events.lastPosition()).toBe(recorded(9).position);
  });

  it('all follow one another where only the last is answered', async () => {
    const many = Array.from({ length: 500 }, (_, n) => recorded(n));
    await events.publish(many);
    const { streams } = await jetstreamManager(nats.connection);
    const stored = (await streams.info(`${nats.prefix}_EVENTS`)).state.messages;
    const positions = Array.from({ length: stored }, async (_, at) => {
      const message = await streams.getMessage(`${nats.prefix}_EVENTS`, { seq: at + 1 });
      return message?.header.get('Quittance-Position');
    });
    expect(await Promise.all(positions)).toEqual(many.map(({ position }) => position));
  });

  it('none of which was taken by a stream that vanished go out again, all of them', async () => {
    await events.publish([recorded(1)]);
    const { streams } = await jetstreamManager(nats.connection);
    await streams.delete(`${nats.prefix}_EVENTS`);
    const more = [recorded(2), recorded(3), recorded(4)];
    await expect(events.publish(more)).rejects.toMatchObject({ code: 'RELAY_INTERRUPTED' });
    expect(await events.lastPosition()).toBeUndefined();
    await events.publish(more);
    expect(await subjects()).toEqual({ [`${nats.prefix}.evt.workflow.wf_1.StepCompleted`]: 3 });
  });

  it('are not put behind those of another relay by one that was paused: it looks first what is there', async () => {
    const paused = events;
    await paused.publish([recorded(1)]);
    const successor = await NatsIntegrationEvents.open(nats.connection, { prefix: nats.prefix });
    expect(await successor.lastPosition()).toBe(recorded(1).position);
    await successor.publish([recorded(2), recorded(3)]);
    // an id that the server has forgotten by now would not be recognised: the place in the stream is
    await expect(paused.publish([recorded(7)])).rejects.toMatchObject({
      code: 'RELAY_INTERRUPTED',
    });
    expect(await paused.lastPosition()).toBe(recorded(3).position);
    await paused.publish([recorded(4)]);
    expect(await events.lastPosition()).toBe(recorded(4).position);
  });

  it('keep ids out of the grammar of subjects', async () => {
    await events.publish([recorded(1, 'deposit-a.b*c>d e', 'DepositClaimed')]);
    expect(await subjects()).toEqual({ [`${nats.prefix}.evt.deposit.a_b_c_d_e.DepositClaimed`]: 1 });
  });

  it('begin anew when the stream was wiped', async () => {
    await events.publish([recorded(1)]);
    const { streams } = await jetstreamManager(nats.connection);
    await streams.delete(`${nats.prefix}_EVENTS`);
    expect(await events.lastPosition()).toBeUndefined();
    await events.publish([recorded(1), recorded(2)]);
    expect(await events.lastPosition()).toBe(recorded(2).position);
  });
});
