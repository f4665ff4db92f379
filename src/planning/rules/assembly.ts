import { type Bench, findMade, type Made, type Scope } from './bench.js';
import { nameOf, type Part } from './derive.js';
import { plainMembers } from './hints.js';
import { labelOf } from './subjects.js';

export interface Writing {
  readonly bench: Bench;
  readonly scope: Scope;
  readonly request: string;
  readonly title: string;
}

interface Written {
  readonly text: string;
  /** the step it comes from, if it does not come from the caller */
  readonly made?: Made;
}

const steps = ({ key }: Made): string => `steps.${key}`;

/** Drafts the steps of a part, those it needs first, and says how its value is written in an expression. */
export function write(part: Part, writing: Writing): Written {
  if (part.kind === 'raw') return { text: part.text };
  const made = part.kind === 'made' ? part.made : writeCall(part, writing);
  return { text: part.member === undefined ? steps(made) : `${steps(made)}.${part.member}`, made };
}

function writeCall(part: Part & { kind: 'call' }, writing: Writing): Made {
  const { offer, about } = part;
  const subject = about[0]!;
  const { bench, scope, request } = writing;
  const known = findMade(scope, nameOf(offer.capability, about));
  if (known) return known;
  const inputs = part.inputs.map(({ input, parts }) => ({
    input,
    written: parts.map((one) => write(one, writing)),
  }));
  const members = inputs.map(({ input, written }): [string, string] => {
    const texts = written.map(({ text }) => text);
    return [input.name, texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`];
  });
  const table = inputs.find(({ input }) => input.type === 'table')?.written[0]?.text;
  const plain = plainMembers(offer, {
    request,
    title: writing.title,
    subject,
    ...(table === undefined ? {} : { table }),
  });
  const body = [...members, ...plain].map(([name, text]) => `${JSON.stringify(name)}: ${text}`);
  const key = bench.add(offer.capability, scope, {
    kind: 'service_call',
    title: `${offer.capability}: ${about.map(labelOf).join(', ')}`.slice(0, 300),
    capability: offer.capability,
    dependsOn: inputs.flatMap(({ written }) => written.flatMap(({ made }) => (made ? [made.key] : []))),
    input: `{${body.join(', ')}}`,
  });
  const made: Made = { key, type: offer.output, offer };
  for (const name of [offer.output, offer.capability]) scope.made.set(nameOf(name, about), made);
  return made;
}
