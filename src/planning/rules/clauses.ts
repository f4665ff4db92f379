/** A request divided into what is wanted in any case and what only under a condition. */
export interface Clauses {
  readonly always: string;
  readonly condition?: {
    readonly test: string;
    readonly negated: boolean;
    /** what to do when it holds */
    readonly held: string;
    readonly otherwise: string;
  };
}

const SENTENCES = /[.;!?]+\s+|\n+/;
const IF = '(?:only\\s+(?:if|when)|if|unless|in\\s+case)';
const LEADING = new RegExp(`^(?:(?:and|but|then|only)\\s+)*(${IF})\\s+(.+?),\\s*(?:then\\s+)?(.+)$`, 'i');
const INSIDE = new RegExp(`^(.+?)[,]?\\s+(?:(?:and|but)\\s+)?(${IF})\\s+(.+)$`, 'i');
const OTHERWISE = /^(?:otherwise|else)\b[,\s]*(.+)$/i;
const TAIL_OTHERWISE = /^(.+?)[,;]\s*(?:otherwise|else)\b[,\s]*(.+)$/i;
/** "check if …" asks a question; it sets no condition */
const QUESTION = /\b(?:check|see|know|tell me|determine|find out|ask|test|say)$/i;
const NEGATIVE = /\b(?:no|none|not|never|nothing)\b|n't\b/i;

interface Found {
  readonly before: string;
  readonly word: string;
  readonly test: string;
  readonly held: string;
}

/** Words that begin something to do, where no comma says that the condition is over. */
const ACTION =
  /\s(?=(?:then|forecast|predict|draw|plot|chart|write|make|create|show|compare|summari[sz]e|give|include|add|calculate|compute|list|describe|analy[sz]e)\b)/i;

function splitTest(rest: string): { test: string; held: string } | undefined {
  const cut = [rest.search(/,\s/), rest.search(ACTION)].find((at) => at > 0);
  return cut === undefined ? undefined : { test: rest.slice(0, cut), held: rest.slice(cut + 1) };
}

function findCondition(sentence: string): Found | undefined {
  const leading = LEADING.exec(sentence);
  if (leading) return { before: '', word: leading[1]!, test: leading[2]!, held: leading[3]! };
  const inside = INSIDE.exec(sentence);
  if (!inside || QUESTION.test(inside[1]!)) return undefined;
  const [, before, word, rest] = inside as unknown as [string, string, string, string];
  const split = splitTest(rest);
  if (split) return { before, word, ...split };
  // "find outliers and draw a chart only if there are any": the condition belongs to what stands last
  const cut = Math.max(before.search(/(?:,\s*(?:and\s+)?|\s+and\s+(?:then\s+)?)(?!.*(?:,|\s+and\s+))/i), 0);
  return { before: before.slice(0, cut), word, test: rest, held: before.slice(cut) };
}

/** "…, otherwise …", at the end of the sentence or as the next one. */
function withoutOtherwise(
  sentence: string,
  next: string,
): { sentence: string; otherwise: string; own: boolean } {
  const tail = TAIL_OTHERWISE.exec(sentence);
  if (tail) return { sentence: tail[1]!, otherwise: tail[2]!, own: true };
  return { sentence, otherwise: OTHERWISE.exec(next)?.[1] ?? '', own: false };
}

/** @param text a request in plain words; the first condition in it counts */
export function clausesOf(text: string): Clauses {
  const sentences = text.split(SENTENCES).map((sentence) => sentence.trim());
  for (const [at, whole] of sentences.entries()) {
    const { sentence, otherwise, own } = withoutOtherwise(whole, sentences[at + 1] ?? '');
    const found = findCondition(sentence);
    if (!found) continue;
    const after = sentences.slice(at + (otherwise !== '' && !own ? 2 : 1));
    return {
      always: [...sentences.slice(0, at), found.before, ...after].filter((part) => part !== '').join('. '),
      condition: {
        test: found.test.trim(),
        negated: /^unless$/i.test(found.word) !== NEGATIVE.test(found.test),
        held: found.held.trim(),
        otherwise,
      },
    };
  }
  return { always: text };
}
