import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';

/** Something that is legal JSON, and that two programs may read differently. */
export interface Ambiguity {
  readonly path: readonly (string | number)[];
  readonly why: string;
}

/**
 * JSON that every parser reads alike. What is legal and still read differently is refused by name: a member that is
 * there twice (some take the first, some the last), a number in another form than its one, a lone surrogate.
 * @throws Refusal NOT_JSON {at}, AMBIGUOUS_JSON {path}
 */
export function parseStrictJson(text: string): unknown {
  const { value, ambiguities } = readStrictJson(text);
  const [first] = ambiguities;
  if (first) throw new Refusal('AMBIGUOUS_JSON', sentence(first), { path: first.path.map(String) });
  return value;
}

/**
 * The same for who reads several documents in one, and goes on with those that are not ambiguous.
 * @throws Refusal NOT_JSON {at, in characters} for text that is no JSON, or nested without end
 */
export function readStrictJson(text: string): {
  readonly value: unknown;
  readonly ambiguities: readonly Ambiguity[];
} {
  const reader = new Reader(text);
  return { value: reader.document(), ambiguities: reader.ambiguities };
}

export const sentence = ({ path, why }: Ambiguity): string =>
  `${path.join('.').slice(0, 200) || 'the document'} ${why}.`;

/** of one document; who has found as many has found enough */
const MOST_AMBIGUITIES = 10_000;

class Reader {
  readonly ambiguities: Ambiguity[] = [];
  private at = 0;
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.notJson('there is more after its end');
    return value;
  }

  private value(): unknown {
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.nested(() => this.object());
      case '[':
        return this.nested(() => this.array());
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private nested<T>(read: () => T): T {
    if (this.path.length >= LIMITS.receiptDepth)
      throw this.notJson(`begins something deeper than ${LIMITS.receiptDepth} levels`);
    this.at++;
    return read();
  }

  private object(): object {
    const members: Record<string, unknown> = {};
    if (this.closes('}')) return members;
    do {
      this.space();
      const name = this.string();
      this.path.push(name);
      if (Object.hasOwn(members, name)) this.ambiguous('is there twice');
      const isPrototype = name === '__proto__';
      if (isPrototype) this.ambiguous('has a name that some programs take for something else');
      this.space();
      if (this.text[this.at++] !== ':') throw this.notJson('a colon is missing', -1);
      const value = this.value();
      if (!isPrototype) members[name] = value;
      this.path.pop();
    } while (this.continues('}'));
    return members;
  }

  private array(): unknown[] {
    const entries: unknown[] = [];
    if (this.closes(']')) return entries;
    do {
      this.path.push(entries.length);
      entries.push(this.value());
      this.path.pop();
    } while (this.continues(']'));
    return entries;
  }

  private closes(end: string): boolean {
    this.space();
    if (this.text[this.at] !== end) return false;
    this.at++;
    return true;
  }

  private continues(end: string): boolean {
    if (this.closes(end)) return false;
    if (this.text[this.at] !== ',') throw this.notJson(`a comma or ${end} is missing`);
    this.at++;
    return true;
  }

  private string(): string {
    const token = this.token(STRING);
    if (token === undefined) throw this.notJson('a text is missing or not closed');
    if (!token.includes('\\') && token.isWellFormed()) return token.slice(1, -1);
    const value = JSON.parse(token) as string;
    if (!value.isWellFormed()) this.ambiguous('holds half a character');
    return value;
  }

  private number(): number {
    const token = this.token(NUMBER);
    if (token === undefined) throw this.notJson('a value is missing');
    const value = Number(token);
    if (String(value) !== token) this.ambiguous(`is a number in another form than ${value}`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) this.ambiguous('is above 2^53');
    return value;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.notJson('a value is missing');
    this.at += word.length;
    return value;
  }

  private token(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const token = pattern.exec(this.text)?.[0];
    this.at += token?.length ?? 0;
    return token;
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  private notJson(why: string, shift = 0): Refusal {
    const at = this.at + shift;
    return new Refusal('NOT_JSON', `This is not JSON: at character ${at} ${why}.`, { at });
  }

  private ambiguous(why: string): void {
    if (this.ambiguities.length < MOST_AMBIGUITIES) this.ambiguities.push({ path: [...this.path], why });
  }
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them bare inside texts
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
