import { Refusal } from '../../kernel/errors.js';
import type { ServiceOffer } from '../../ports/catalogue.js';
import { write } from './assembly.js';
import { Bench, type Made, type Scope } from './bench.js';
import { type Aim, knowsTopic, Search } from './derive.js';
import { isPage, partsOfPage } from './results.js';
import { labelOf, type Subject } from './subjects.js';
import type { Wish, Wishes } from './wishes.js';

export interface Order {
  readonly offers: readonly ServiceOffer[];
  readonly request: string;
  readonly subjects: readonly Subject[];
}

/** Why nothing leads to a result, in words that help. */
function missing({ type, capability }: Wish, { offers, subjects }: Order): Refusal {
  const wanted = capability ?? type;
  const figures = { missing: wanted };
  if (!offers.some((offer) => offer.output === type))
    return new Refusal('NO_SERVICE', `No service in the catalogue gives ${wanted}.`, figures);
  const [subject] = subjects;
  if (!subject)
    return new Refusal('NO_SERVICE', `Say what the ${wanted} should be about, or attach a file.`, figures);
  // The sentence becomes part of the history, where words of the request may not stand in clear.
  if (subject.kind === 'topic' && !offers.some((offer) => knowsTopic(offer, subject.words)))
    return new Refusal('NO_SERVICE', 'No service has data about this; attach a file with them.', figures);
  return new Refusal(
    'NO_SERVICE',
    `No composition of services leads from what is given to ${wanted}.`,
    figures,
  );
}

const titleOf = (wishes: readonly Wish[], subjects: readonly Subject[]): string => {
  const about = subjects.map(labelOf).join(', ');
  const named = wishes.filter(({ type }) => !isPage(type)).map(({ type }) => type);
  const title = named.length === 0 || named[0] === 'chart' ? about : `${named.join(' and ')}: ${about}`;
  return (title.charAt(0).toUpperCase() + title.slice(1)).slice(0, 200) || 'Result';
};

/** Drafts the steps for some wishes in one scope. @returns the steps that hold the results */
export function compose(wishes: Wishes, order: Order, bench: Bench, scope: Scope): readonly Made[] {
  const { offers, request, subjects } = order;
  const named = wishes.wanted.filter(({ type }) => !isPage(type)).map(({ type }) => type);
  const parts = wishes.report ? partsOfPage(named, wishes.examine) : named;
  const aim: Aim = { offers, request, subjects, parts };
  const writing = { bench, scope, request, title: titleOf(wishes.wanted, subjects) };
  const stepsOf = (wish: Wish): readonly Made[] => {
    const found = new Search(aim, scope).find(wish.type, wish.capability);
    if (found.length === 0) throw missing(wish, order);
    return found.flatMap((part) => write(part, writing).made ?? []);
  };
  const findings = wishes.wanted.filter(({ type }) => !isPage(type)).flatMap(stepsOf);
  const pages = wishes.wanted.filter(({ type }) => isPage(type)).flatMap(stepsOf);
  // what a page has taken up is shown by it; what it could not take stands beside it
  const taken = new Set(
    bench.steps.filter(({ key }) => pages.some((page) => page.key === key)).flatMap((s) => s.dependsOn),
  );
  return [...pages, ...findings.filter(({ key }) => !taken.has(key))];
}
