import type { Check } from '../index.js';
import { element } from './element.js';

/** What people call the checks; one that is not here is called by its own name. */
const TITLES: Readonly<Record<string, string>> = {
  format: 'Form',
  limits: 'Limits',
  issuer: 'Issuer',
  signature: 'Signature',
  statement: 'Statement',
  level: 'Level',
  plan: 'Plan',
  results: 'Results',
  'final-result': 'Final result',
  costs: 'Costs',
  order: 'Order of steps',
  payments: 'Payments',
  kept: 'Kept steps',
  'proof-key': 'Proof key',
  'proof-key-kind': 'Kind of proof key',
  'proof-signals': 'Subject of the proof',
  'proof-chain': 'Chain of proofs',
  'proof-links': 'Links of the chain',
  context: 'Context',
  proof: 'Proof',
  events: 'Events',
  'payments-on-chain': 'Payments on chain',
  log: 'Transparency log',
  'key-time': 'Time of the key',
  revocation: 'Revocation',
  receipt: 'Its receipt',
  run: 'Rest of the run',
  openings: 'Salts',
  rest: 'Everything else',
};

type Standing = 'passed' | 'failed' | 'noted';

const standingOf = ({ passed, required }: Check): Standing =>
  passed ? 'passed' : required ? 'failed' : 'noted';

const MARKS: Readonly<Record<Standing, string>> = { passed: '✓', failed: '✗', noted: '!' };
const WORDS: Readonly<Record<Standing, string>> = { passed: 'passed', failed: 'failed', noted: 'note' };

/** A line for each check, with its reason. */
export const checksView = (checks: readonly Check[]): HTMLElement =>
  element('ul', { class: 'checks' }, ...checks.map(line));

function line(check: Check): HTMLElement {
  const standing = standingOf(check);
  return element(
    'li',
    { class: standing, 'data-check': check.name, 'data-standing': standing },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[standing]),
    element(
      'span',
      { class: 'what' },
      element('span', { class: 'title' }, TITLES[check.name] ?? check.name),
      element('span', { class: 'unseen' }, ` ${WORDS[standing]}: `),
      element('span', { class: 'reason' }, check.reason),
    ),
  );
}
