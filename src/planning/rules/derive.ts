import type { DataType, ServiceInput, ServiceOffer } from '../../ports/catalogue.js';
import { rank } from '../match.js';
import { meaningOf } from '../words.js';
import { findMade, type Made, type Scope } from './bench.js';
import { plainMembers } from './hints.js';
import { labelOf, type Subject } from './subjects.js';

/** A way to come by a value: it is there, it is part of what is there, or a service makes it from others. */
export type Part =
  | { readonly kind: 'made'; readonly made: Made; readonly member?: string }
  | { readonly kind: 'raw'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly offer: ServiceOffer;
      /** one subject, or all of them for a service that gathers */
      readonly about: readonly Subject[];
      readonly inputs: readonly { readonly input: ServiceInput; readonly parts: readonly Part[] }[];
      /** member of the output that is meant, when not the whole */
      readonly member?: string;
    };

export interface Aim {
  readonly offers: readonly ServiceOffer[];
  readonly request: string;
  readonly subjects: readonly Subject[];
  /** types that a service which gathers findings should gather */
  readonly parts: readonly DataType[];
}

const PLAIN = new Set(['string', 'number', 'boolean']);
/** A text can be taken out of these. */
const TEXT_IN: readonly (readonly [DataType, string])[] = [
  ['summary', 'text'],
  ['markdown', 'markdown'],
];
/** How deep and how long the search goes; a catalogue is not ours and may be a maze. */
const SEARCH = { depth: 6, steps: 3_000 };

export const costOf = (part: Part): number =>
  part.kind === 'call'
    ? part.inputs.flatMap(({ parts }) => parts).reduce((sum, inner) => sum + costOf(inner), 1)
    : 0;

export const nameOf = (typeOrCapability: string, subjects: readonly Subject[]): string =>
  `${typeOrCapability}|${subjects.map(labelOf).join('|')}`;

const typed = ({ inputs }: ServiceOffer): readonly (ServiceInput & { type: DataType })[] =>
  inputs.filter((input): input is ServiceInput & { type: DataType } => !PLAIN.has(input.type));

/** A service that needs no particular finding but takes several kinds: a report, a narrative. */
export const gathers = (offer: ServiceOffer): boolean =>
  typed(offer).length > 0 && typed(offer).every(({ optional }) => optional);

/** Whether a source of data has ever heard of a topic. */
export const knowsTopic = (offer: ServiceOffer, words: string): boolean => {
  const known = new Set(
    meaningOf(
      [offer.name, offer.description, ...offer.tags, ...offer.inputs.flatMap((i) => i.allowed ?? [])].join(
        ' ',
      ),
    ),
  );
  return meaningOf(words).some((stem) => known.has(stem));
};

/** Searches backwards from a type to what is there, over the declared types of the services. */
export class Search {
  #left = SEARCH.steps;
  readonly #ranked = new Map<string, ServiceOffer>();

  constructor(
    readonly aim: Aim,
    readonly scope: Scope,
  ) {}

  /** One part for each subject it can be had of, by the way that takes the fewest steps; empty when there is none. */
  find(
    type: DataType,
    capability?: string,
    path: readonly string[] = [],
    subjects = this.aim.subjects,
  ): readonly Part[] {
    this.#left -= 1;
    if (this.#left < 0 || path.length > SEARCH.depth) return [];
    const made = findMade(this.scope, nameOf(capability ?? type, subjects));
    if (made) return [{ kind: 'made', made }];
    const ways = this.#capabilities(type, capability)
      .filter((name) => !path.includes(name))
      .map((name) => this.#byCapability(name, [...path, name], subjects))
      .filter((parts) => parts.length > 0);
    return ways.sort((a, b) => costOf(a[0]!) - costOf(b[0]!))[0] ?? [];
  }

  #capabilities(type: DataType, capability?: string): readonly string[] {
    const giving = this.aim.offers.filter((offer) => offer.output === type);
    return [...new Set(giving.map((offer) => offer.capability))].filter(
      (name) => name === (capability ?? name),
    );
  }

  #byCapability(capability: string, path: readonly string[], subjects: readonly Subject[]): readonly Part[] {
    const best = this.#best(capability);
    if (gathers(best)) return this.#gathering(best, path, subjects);
    const parts = subjects.flatMap((subject) => this.#call(best, subject, path) ?? []);
    const least = Math.min(...parts.map(costOf));
    return parts.filter((part) => costOf(part) <= least);
  }

  /** The service that will most likely be bound, for its inputs. */
  #best(capability: string): ServiceOffer {
    const known = this.#ranked.get(capability);
    if (known) return known;
    const [best] = rank({ capability, text: this.aim.request }, this.aim.offers);
    this.#ranked.set(capability, best!.offer);
    return best!.offer;
  }

  #call(offer: ServiceOffer, subject: Subject, path: readonly string[]): Part | undefined {
    const made = findMade(this.scope, nameOf(offer.capability, [subject]));
    if (made) return { kind: 'made', made };
    const inputs = [];
    for (const input of typed(offer)) {
      const part = input.optional
        ? this.#there(input.type, subject)
        : this.#need(input.type, offer, subject, path);
      if (part) inputs.push({ input, parts: [part] });
      else if (!input.optional) return undefined;
    }
    return this.#fillable(offer, subject) ? { kind: 'call', offer, about: [subject], inputs } : undefined;
  }

  /** Required strings and numbers have a value, and a source has heard of the topic. */
  #fillable(offer: ServiceOffer, subject: Subject): boolean {
    const { request } = this.aim;
    const plain = plainMembers(offer, { request, title: request, subject, table: 'steps.t' });
    const wanting = offer.inputs.some(
      ({ name, type, optional }) => PLAIN.has(type) && !optional && !plain.has(name),
    );
    if (wanting || typed(offer).length > 0) return !wanting;
    return subject.kind === 'topic' && plain.size > 0 && knowsTopic(offer, subject.words);
  }

  #there(type: DataType, subject: Subject): Part | undefined {
    const made = findMade(this.scope, nameOf(type, [subject]));
    return made && { kind: 'made', made };
  }

  #need(type: DataType, offer: ServiceOffer, subject: Subject, path: readonly string[]): Part | undefined {
    if (type === 'text') return this.#text(offer, subject, path);
    if (type === 'table' && subject.kind === 'findings')
      return { kind: 'made', made: { key: subject.table, type, offer: undefined } };
    return this.find(type, undefined, path, [subject])[0];
  }

  #text(offer: ServiceOffer, subject: Subject, path: readonly string[]): Part | undefined {
    const raw = offer.output === 'table' ? 'table-file' : 'text-file';
    if (subject.kind === raw) return { kind: 'raw', text: `inputs[${subject.index}].content` };
    if (offer.output === 'table') return undefined;
    if (subject.kind === 'request-text') return { kind: 'raw', text: '$substringAfter(request.text, ":")' };
    for (const [type, member] of TEXT_IN) {
      const [part] = offer.output === type ? [] : this.find(type, undefined, path, [subject]);
      if (part && part.kind !== 'raw') return { ...part, member };
    }
    return undefined;
  }

  /** Takes the parts asked for; without any, the first of its inputs that can be had, statistics before others. */
  #gathering(offer: ServiceOffer, path: readonly string[], subjects: readonly Subject[]): readonly Part[] {
    const made = findMade(this.scope, nameOf(offer.capability, subjects));
    if (made) return [{ kind: 'made', made }];
    const open = typed(offer).filter(({ type }) => type !== offer.output);
    const find = (input: ServiceInput & { type: DataType }) => {
      const parts = this.find(input.type, undefined, path, subjects);
      return { input, parts: input.many ? parts : parts.slice(0, 1) };
    };
    const asked = open.filter(({ type }) => this.aim.parts.includes(type)).map(find);
    const had = asked.filter(({ parts }) => parts.length > 0);
    const usual = [...open].sort((a, b) => Number(b.type === 'statistics') - Number(a.type === 'statistics'));
    const inputs =
      had.length > 0
        ? had
        : usual
            .map(find)
            .filter(({ parts }) => parts.length > 0)
            .slice(0, 1);
    return inputs.length > 0 ? [{ kind: 'call', offer, about: subjects, inputs }] : [];
  }
}
