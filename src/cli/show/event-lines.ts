import pc from 'picocolors';
import type { AuditEvent } from '../api/views.js';
import { clockTime, plainText, shortened, usdc } from './figures.js';
import { tableLines } from './table.js';

/** What happened to one workflow, an event to a line. */
export function eventLines(events: readonly AuditEvent[]): string[] {
  return tableLines(
    [
      { head: 'Rev', align: 'right' },
      { head: 'Time (UTC)' },
      { head: 'Event' },
      { head: 'By' },
      { head: '' },
    ],
    events.map((event) => [
      `${event.revision}`,
      clockTime(event.occurredAt),
      event.type,
      pc.dim(shortened(`${event.actor.type} ${plainText(event.actor.id)}`, 30)),
      summaryOf(event),
    ]),
  );
}

/** The few clear fields of an event that say what it was about; content of users stays sealed and is not shown. */
export function summaryOf({ data }: Pick<AuditEvent, 'data'>): string {
  const parts = [
    word(data['stepId']),
    number(data['attempt'], (attempt) => (attempt > 1 ? `attempt ${attempt}` : '')),
    word(data['signal'], 'for signal ') || (data['signalId'] ? word(data['name'], 'signal ') : ''),
    word(data['signalId']),
    word(data['childWorkflowId'] ?? data['childId'] ?? data['child'], 'workflow '),
    word(data['outcome']),
    word(data['branch']),
    word(data['reason']),
    word(data['classification']),
    word(data['planner'], 'by '),
    planOf(data['plan']),
    money(data['cost'], ''),
    money(data['budget'], 'budget '),
    money(data['totalCost'], 'total '),
    money(data['saved'], 'given back '),
    failureOf(data['error'] ?? data),
    word(data['planHash'], 'plan '),
    signatureOf(data['payment']),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

const word = (value: unknown, before = ''): string =>
  typeof value === 'string' && value !== '' ? `${before}${shortened(plainText(value), 24)}` : '';

const number = (value: unknown, say: (count: number) => string): string =>
  typeof value === 'number' ? say(value) : '';

const money = (value: unknown, before: string): string =>
  typeof value === 'string' && /^\d{1,18}$/.test(value) && value !== '0' ? `${before}${usdc(value)}` : '';

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

function planOf(plan: unknown): string {
  const steps = member(plan, 'steps');
  return Array.isArray(steps) ? `${steps.length} steps` : '';
}

function failureOf(error: unknown): string {
  const [code, message] = [member(error, 'code'), member(error, 'message')];
  return typeof code === 'string' && typeof message === 'string' ? `${plainText(message)} (${code})` : '';
}

const signatureOf = (payment: unknown): string => word(member(payment, 'signature'), 'paid by ');
