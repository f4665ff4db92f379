import fc from 'fast-check';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { eventCatalogue } from '../../src/events/catalogue.js';
import { type DomainEvent, eventId, type Recorded } from '../../src/kernel/event.js';

type Streams = keyof typeof eventCatalogue;

/** Ids that streams of one history share, so that events of different aggregates meet. */
const SUBJECTS: Readonly<Record<Streams, readonly string[]>> = {
  workflow: ['wf_A', 'wf_B', 'wf_C'],
  escrow: ['user_01', 'user_02'],
  deposit: ['sigA'],
  payment: ['pay_1', 'pay_2'],
  receipt: ['rcpt_Ar1', 'rcpt_Br1'],
  user: ['user_01', 'user_02'],
  apikey: ['key_01', 'key_02'],
  audit: ['2026-01-02'],
  batch: ['bat_A'],
  mandate: ['mdt_A', 'mdt_B'],
  settlement: ['stl_1'],
  earnings: ['platform'],
  log: ['receipts'],
  issuer: ['receipts'],
};

const OWN_ID: Readonly<Partial<Record<Streams, string>>> = {
  workflow: 'workflowId',
  escrow: 'userId',
  payment: 'paymentId',
  receipt: 'receiptId',
  user: 'userId',
  apikey: 'keyId',
  mandate: 'mandateId',
};

/** What varies from one event of a type to the next. */
const variation = fc.record({
  stepId: fc.constantFrom('step_1', 'step_2'),
  holdId: fc.constantFrom('hold_1', 'hold_2'),
  requestId: fc.constantFrom('apr_1', 'apr_1x2'),
  amount: fc.integer({ min: 0, max: 1_000_000 }).map(String),
  cost: fc.integer({ min: 0, max: 1_000_000 }).map(String),
  attempt: fc.integer({ min: 1, max: 3 }),
});

interface Chosen {
  readonly category: Streams;
  readonly subject: string;
  readonly type: number;
  readonly varied: Readonly<Record<string, unknown>>;
  readonly minute: number;
}

const chosen: fc.Arbitrary<Chosen> = fc
  .constantFrom(...(Object.keys(eventCatalogue) as Streams[]), 'workflow' as const, 'workflow' as const)
  .chain((category) =>
    fc.record({
      category: fc.constant(category),
      subject: fc.constantFrom(...SUBJECTS[category]),
      type: fc.nat({ max: eventCatalogue[category].length - 1 }),
      varied: variation,
      minute: fc.nat({ max: 59 }),
    }),
  );

/**
 * Histories of all aggregates at once, in one store. Each stream begins with the event that creates it; what
 * follows is any event in any order: a fold must be total, and a read model must equal it whatever happened.
 */
export const histories: fc.Arbitrary<readonly Chosen[]> = fc.array(chosen, { minLength: 1, maxLength: 120 });

export async function recordHistory(choices: readonly Chosen[]): Promise<Recorded[]> {
  const store = new MemoryEventStore();
  const begun = new Set<string>();
  for (const [index, choice] of choices.entries()) {
    const stream = `${choice.category}-${choice.subject}`;
    const event = eventOf(choice, begun.has(stream));
    begun.add(stream);
    const commandId = `command-${index}`;
    const metadata = {
      commandId,
      correlationId: choice.category === 'payment' ? 'wf_A' : choice.subject,
      causationId: commandId,
      actor: { type: 'system', id: 'history' },
      occurredAt: `2026-01-02T03:${String(choice.minute).padStart(2, '0')}:05.678Z`,
    } as const;
    await store.append(stream, [{ id: eventId(commandId, 0), event, metadata }], 'any');
  }
  const recorded: Recorded[] = [];
  for await (const event of store.readAll()) recorded.push(event);
  return recorded;
}

function eventOf({ category, subject, type, varied }: Chosen, begun: boolean): DomainEvent {
  const definitions = eventCatalogue[category];
  // nothing is created twice
  const again = definitions.length > 1 ? definitions[1 + (type % (definitions.length - 1))] : definitions[0];
  const sample = (begun ? again : definitions[0])?.sample as DomainEvent & Record<string, unknown>;
  const known = Object.entries(varied).filter(([name]) => name in sample);
  const ownId = OWN_ID[category];
  return {
    ...sample,
    ...Object.fromEntries(known),
    ...(ownId !== undefined && ownId in sample && { [ownId]: subject }),
    ...(category === 'receipt' && 'workflowId' in sample && { workflowId: `wf_${subject.charAt(5)}` }),
  };
}
