import { formatUsdc } from '../../kernel/money.js';
import type { Receipt, Verdict } from '../index.js';
import { checksView } from './checks-view.js';
import { element } from './element.js';
import type { Judgement } from './judge.js';
import { runView } from './run-view.js';

/** `whole`: every check holds, and the reader named nobody whose signature they trust. */
export type Standing = 'valid' | 'whole' | 'invalid';

export const standingOf = ({ valid, checks }: Verdict): Standing => {
  if (!valid) return 'invalid';
  return checks.some(({ name, passed }) => name === 'issuer' && passed) ? 'valid' : 'whole';
};

export const HEADLINES: Readonly<Record<Standing, string>> = {
  valid: 'Valid',
  whole: 'Whole, but nobody vouches for it',
  invalid: 'Not valid',
};

const MARKS: Readonly<Record<Standing, string>> = { valid: '✓', whole: '!', invalid: '✗' };

export function verdictView(id: string, file: string, { verdict, receipt }: Judgement): HTMLElement {
  const standing = standingOf(verdict);
  return element(
    'article',
    { id, class: standing, 'aria-labelledby': `${id}-title`, 'data-standing': standing },
    element(
      'header',
      {},
      element('span', { class: 'seal', 'aria-hidden': 'true' }, MARKS[standing]),
      element(
        'div',
        {},
        element('h2', { id: `${id}-title`, tabindex: '-1' }, HEADLINES[standing]),
        element('p', { class: 'file' }, file),
        element('p', { class: 'why' }, why(standing, verdict)),
        receipt && standing !== 'invalid' && element('p', { class: 'why' }, gist(receipt.statement)),
      ),
    ),
    element('section', {}, element('h3', {}, 'Checks'), checksView(verdict.checks)),
    ...(receipt && standing === 'invalid'
      ? [element('p', { class: 'warning' }, 'What follows is what the document says. Do not rely on it.')]
      : []),
    ...(receipt ? runView(receipt) : []),
  );
}

/** That a receipt is valid does not say that its run went well. */
const gist = ({ runNo, outcome, stepCount, totalCost, maxCost }: Receipt['statement']): string => {
  const cost = totalCost === null ? 'at a concealed cost' : `for ${formatUsdc(BigInt(totalCost))}`;
  const steps = stepCount === 1 ? '1 step' : `${stepCount} steps`;
  return `It says: run ${runNo} ${outcome}, ${steps}, ${cost} of at most ${formatUsdc(BigInt(maxCost))}.`;
};

function why(standing: Standing, { checks }: Verdict): string {
  if (standing === 'invalid')
    return checks.find(({ required, passed }) => required && !passed)?.reason ?? 'Nothing was checked.';
  const held = checks.filter(({ required, passed }) => required && passed).length;
  const notes = checks.filter(
    ({ name, required, passed }) => !required && !passed && name !== 'issuer',
  ).length;
  const read = notes === 0 ? '' : ` Read the ${notes === 1 ? 'note' : `${notes} notes`} among them.`;
  const all = `All ${held} checks hold.${read}`;
  return standing === 'valid'
    ? all
    : `${all} Name the key of an issuer you trust to see whether the signature is theirs: anybody can sign with a key of their own.`;
}
