import { element } from './element.js';
import type { Judgement } from './judge.js';
import { HEADLINES, standingOf } from './verdict-view.js';

export interface Judged {
  readonly id: string;
  readonly file: string;
  readonly judgement: Judgement;
}

/** Where several files were given: how many hold, and the way to each. */
export function overview(judged: readonly Judged[]): HTMLElement {
  const bad = judged.filter(({ judgement }) => !judgement.verdict.valid).length;
  const said =
    bad === 0 ? `All ${judged.length} receipts hold.` : `${bad} of ${judged.length} receipts are not valid.`;
  return element(
    'nav',
    { class: 'overview', 'aria-label': 'Receipts' },
    element('h2', {}, said),
    element('ol', {}, ...judged.map(line)),
  );
}

const line = ({ id, file, judgement }: Judged): HTMLElement => {
  const standing = standingOf(judgement.verdict);
  return element(
    'li',
    { class: standing },
    element('a', { href: `#${id}` }, file),
    element('span', {}, ` ${HEADLINES[standing]}`),
  );
};
