import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

/** As built: `npm run build` before, as for everything that runs the compiled program. */
const PAGE = new URL('../../dist/verify.html', import.meta.url);

type Listener = (event: object) => void;

/** As much of an element as the page uses. Markup has no way in: what would parse it, throws. */
export class StandInElement {
  readonly attributes = new Map<string, string>();
  readonly children: (StandInElement | string)[] = [];
  private readonly listeners = new Map<string, Listener[]>();
  readonly classList = { add() {}, remove() {} };
  value = '';
  checked = false;
  files: readonly object[] = [];
  /** of a form: what was typed in its fields is gone */
  reset: () => void = () => {};
  /** called when the page shows something new */
  onreplaced: () => void = () => {};

  constructor(readonly tag: string) {}

  setAttribute(name: string, value: string): void {
    if (/^on|^style$|^srcdoc$/i.test(name)) throw new Error(`the page sets ${name}`);
    this.attributes.set(name, value);
  }
  append(...children: (StandInElement | string)[]): void {
    this.children.push(...children);
  }
  replaceChildren(...children: (StandInElement | string)[]): void {
    this.children.splice(0, this.children.length, ...children);
    this.onreplaced();
  }
  addEventListener(name: string, listener: Listener): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }
  dispatch(name: string, event: object = {}): void {
    for (const listener of this.listeners.get(name) ?? []) listener(event);
  }
  get textContent(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }
  set textContent(text: string) {
    this.replaceChildren(text);
  }
  /** by name of element only */
  querySelector(tag: string): StandInElement | undefined {
    return this.all((element) => element.tag === tag)[0];
  }
  all(wanted: (element: StandInElement) => boolean): StandInElement[] {
    return this.children.flatMap((child) =>
      typeof child === 'string' ? [] : [...(wanted(child) ? [child] : []), ...child.all(wanted)],
    );
  }
  set innerHTML(_: string) {
    throw new Error('the page parses markup');
  }
  set outerHTML(_: string) {
    throw new Error('the page parses markup');
  }
  insertAdjacentHTML(): void {
    throw new Error('the page parses markup');
  }
}

export interface ShownCheck {
  readonly name: string;
  readonly standing: string;
  readonly reason: string;
}

/** What the page shows of one file. */
export interface Shown {
  readonly standing: string;
  readonly checks: readonly ShownCheck[];
  readonly card: StandInElement;
}

/**
 * The page as it was built, in a realm that has what browsers have and nothing of Node. Text cannot become code
 * there, as the page's content security policy demands of a browser.
 */
export class PageSandbox {
  private readonly elements = new Map<string, StandInElement>();
  private readonly document = new StandInElement('document');

  constructor(allowed: { readonly wasm: boolean } = { wasm: true }) {
    const html = readFileSync(PAGE, 'utf8');
    const program = /<script id="program">([\s\S]*)<\/script>/.exec(html)![1]!;
    for (const [, tag, id] of html.replace(program, '').matchAll(/<(\w+)[^>]*? id="([\w-]+)"/g))
      this.elements.set(id!, new StandInElement(tag!));
    this.element('wishes').reset = () => {
      for (const field of this.elements.values())
        Object.assign(field, { value: '', checked: false, files: [] });
    };
    const document = Object.assign(this.document, {
      getElementById: (id: string) => this.elements.get(id) ?? null,
      createElement: (tag: string) => new StandInElement(tag),
    });
    const { TextEncoder, TextDecoder, crypto, atob, btoa, setTimeout, clearTimeout } = globalThis;
    const realm = createContext(
      { document, TextEncoder, TextDecoder, crypto, atob, btoa, setTimeout, clearTimeout },
      { codeGeneration: { strings: false, wasm: allowed.wasm } },
    );
    runInContext(program, realm, { filename: 'verify.html' });
  }

  element(id: string): StandInElement {
    return this.elements.get(id)!;
  }

  /** As a reader types it. */
  async type(wishes: {
    keys?: string;
    logkey?: string;
    context?: string;
    level?: string;
    production?: boolean;
  }) {
    for (const name of ['keys', 'logkey', 'context', 'level'] as const)
      if (wishes[name] !== undefined) this.element(name).value = wishes[name];
    if (wishes.production !== undefined) this.element('production').checked = wishes.production;
    const hasFiles = this.element('results').children.length > 0;
    const change = () => this.element('wishes').dispatch('change');
    if (hasFiles) return this.shown(change);
    change();
    return [];
  }

  /** Files given beside the receipts, to one of the fields that take some. */
  async give(field: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<readonly Shown[]> {
    const act = () => {
      this.element(field).files = Object.entries(files).map(([name, content]) => ({
        ...fileOf(content, 0),
        name,
      }));
      this.element(field).dispatch('change');
    };
    // beside a field that is refused nothing is shown anew, so that its complaint is waited for
    const complaint = this.element(`${field}-complaint`);
    const answered = new Promise<void>((resolve) => {
      complaint.onreplaced = resolve;
    });
    if (this.element('results').children.length === 0) {
      act();
      await answered;
      return [];
    }
    return Promise.race([this.shown(act), answered.then(() => this.refused(complaint))]);
  }

  /** @returns never while the field complains of nothing: results follow */
  private refused(complaint: StandInElement): Promise<readonly Shown[]> {
    return complaint.textContent === '' ? new Promise(() => {}) : Promise.resolve([]);
  }

  /** What was asked for is forgotten. */
  clear(): Promise<readonly Shown[]> {
    return this.shown(() => this.element('clear').dispatch('click'));
  }

  /** Files chosen by the button. */
  choose(...files: readonly (Uint8Array | string)[]): Promise<readonly Shown[]> {
    return this.shown(() => {
      this.element('files').files = files.map(fileOf);
      this.element('files').dispatch('change');
    });
  }

  /** Files dropped anywhere on the page. */
  drop(...files: readonly (Uint8Array | string)[]): Promise<readonly Shown[]> {
    return this.shown(() =>
      this.document.dispatch('drop', { preventDefault() {}, dataTransfer: { files: files.map(fileOf) } }),
    );
  }

  private async shown(act: () => void): Promise<readonly Shown[]> {
    const results = this.element('results');
    await new Promise<void>((resolve) => {
      results.onreplaced = resolve;
      act();
    });
    return results.all(({ tag }) => tag === 'article').map(shownOf);
  }
}

const fileOf = (content: Uint8Array | string, i: number): object => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name: `file-${i}.json`,
    size: bytes.length,
    arrayBuffer: async () => Uint8Array.from(bytes).buffer,
  };
};

const shownOf = (card: StandInElement): Shown => ({
  card,
  standing: card.attributes.get('data-standing')!,
  checks: card
    .all(({ attributes }) => attributes.has('data-check'))
    .map((line) => ({
      name: line.attributes.get('data-check')!,
      standing: line.attributes.get('data-standing')!,
      reason: line.all(({ attributes }) => attributes.get('class') === 'reason')[0]!.textContent,
    })),
});
