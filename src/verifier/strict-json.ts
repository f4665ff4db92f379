import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';

/**
 * JSON that every parser reads alike. What is legal and still read differently is refused by name: a member that is
 * there twice (some take the first, some the last), a number in another form than its one, a lone surrogate, nesting
 * without end.
 * @throws Refusal NOT_JSON {at} for text that is no JSON, AMBIGUOUS_JSON {at, path} for the rest; `at` in characters
 */
export function parseStrictJson(text: string): unknown {
  return new Reader(text).document();
}

class Reader {
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
      throw this.ambiguous(`is nested deeper than ${LIMITS.receiptDepth} levels`);
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
      if (Object.hasOwn(members, name)) throw this.ambiguous('is there twice');
      if (name === '__proto__') throw this.ambiguous('has a name that some programs take for something else');
      this.space();
      if (this.text[this.at++] !== ':') throw this.notJson('a colon is missing', -1);
      members[name] = this.value();
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
    if (!value.isWellFormed()) throw this.ambiguous('holds half a character');
    return value;
  }

  private number(): number {
    const token = this.token(NUMBER);
    if (token === undefined) throw this.notJson('a value is missing');
    const value = Number(token);
    if (String(value) !== token) throw this.ambiguous(`is a number in another form than ${value}`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw this.ambiguous('is above 2^53');
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

  private ambiguous(why: string): Refusal {
    const path = this.path.join('.').slice(0, 200) || 'the document';
    return new Refusal('AMBIGUOUS_JSON', `${path} ${why}.`, { at: this.at, path });
  }
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them bare inside texts
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
