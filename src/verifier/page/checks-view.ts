import type { Check } from '../index.js';
import { checkWords } from './check-words.js';
import { element } from './element.js';

type Standing = 'passed' | 'failed' | 'noted';

const standingOf = ({ passed, required }: Check): Standing =>
  passed ? 'passed' : required ? 'failed' : 'noted';

const MARKS: Readonly<Record<Standing, string>> = { passed: '✓', failed: '✗', noted: '!' };
const WORDS: Readonly<Record<Standing, string>> = { passed: 'passed', failed: 'failed', noted: 'note' };

/** A line for each check: what it asks, and its reason. Programs find it by its name. */
export const checksView = (checks: readonly Check[]): HTMLElement =>
  element('ul', { class: 'checks' }, ...checks.map(line));

function line(check: Check): HTMLElement {
  const standing = standingOf(check);
  const { title, asks } = checkWords(check.name) ?? { title: check.name, asks: '' };
  return element(
    'li',
    { class: standing, 'data-check': check.name, 'data-standing': standing },
    element('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[standing]),
    element(
      'span',
      { class: 'what' },
      element('span', { class: 'title', title: check.name }, title),
      element('span', { class: 'unseen' }, ` ${WORDS[standing]}: `),
      element(
        'span',
        { class: 'said' },
        element('span', { class: 'asks' }, `${asks} `),
        element('span', { class: 'reason' }, check.reason),
      ),
    ),
  );
}
