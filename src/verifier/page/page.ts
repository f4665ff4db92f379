import { LIMITS } from '../../kernel/limits.js';
import { element } from './element.js';
import { type Judgement, tooLarge, unfinished } from './judge.js';
import { JudgeAside } from './judge-aside.js';
import { type Judged, overview } from './overview.js';
import { verdictView } from './verdict-view.js';
import { understand, type Wishes } from './wishes.js';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Connects the form with the verifier. The page is page.html; what it shows of documents is made in *-view.ts. */
export function startPage(): void {
  const judge = new JudgeAside(byId('program').textContent ?? '');
  let files: readonly File[] = [];
  let turn = 0;

  const show = async () => {
    const mine = ++turn;
    const understood = understand(readWishes());
    sayComplaint(understood);
    if ('complaint' in understood || files.length === 0) return;
    say(`Checking ${files.length === 1 ? files[0]!.name : `${files.length} files`} …`);
    const judged: Judged[] = [];
    for (const [i, file] of files.entries()) {
      const judgement = await judgementOf(file, (bytes) => judge.judge(bytes, understood.options));
      // somebody dropped other files or asked for something else meanwhile
      if (mine !== turn) return;
      judged.push({ id: `receipt-${i + 1}`, file: file.name, judgement });
    }
    render(judged);
  };

  takeFiles((taken) => {
    files = taken.slice(0, LIMITS.verifiedTogether);
    void show();
  });
  byId<HTMLFormElement>('wishes').addEventListener('change', () => void show());
  byId<HTMLFormElement>('wishes').addEventListener('submit', (event) => event.preventDefault());
}

async function judgementOf(file: File, judge: (bytes: Uint8Array) => Promise<Judgement>): Promise<Judgement> {
  const refused = tooLarge(file.size);
  if (refused) return refused;
  const content = await file.arrayBuffer().catch(() => undefined);
  return content ? judge(new Uint8Array(content)) : unfinished('This file could not be read.');
}

function render(judged: readonly Judged[]): void {
  const cards = judged.map(({ id, file, judgement }) => verdictView(id, file, judgement));
  byId('results').replaceChildren(...(judged.length > 1 ? [overview(judged)] : []), ...cards);
  const bad = judged.filter(({ judgement }) => !judgement.verdict.valid).length;
  const [only] = judged;
  say(
    judged.length === 1 && only
      ? `${only.file}: ${cards[0]?.querySelector('h2')?.textContent ?? ''}`
      : `${judged.length} files checked, ${bad} not valid.`,
  );
}

const readWishes = (): Wishes => ({
  keys: byId<HTMLTextAreaElement>('keys').value,
  logkey: byId<HTMLInputElement>('logkey').value,
  context: byId<HTMLInputElement>('context').value,
  level: byId<HTMLSelectElement>('level').value,
  production: byId<HTMLInputElement>('production').checked,
});

function sayComplaint(understood: ReturnType<typeof understand>): void {
  for (const field of ['keys', 'logkey', 'context'] as const) {
    const complaint = 'complaint' in understood && understood.field === field ? understood.complaint : '';
    byId(`${field}-complaint`).textContent = complaint;
    byId(field).setAttribute('aria-invalid', complaint === '' ? 'false' : 'true');
  }
}

/** For those who do not see the page; what is seen says it by itself. */
const say = (text: string): void => byId('said').replaceChildren(element('span', {}, text));

function takeFiles(taken: (files: readonly File[]) => void): void {
  const input = byId<HTMLInputElement>('files');
  input.addEventListener('change', () => {
    taken([...(input.files ?? [])]);
    // the same file again is a new question
    input.value = '';
  });
  const zone = byId('drop');
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
  for (const end of ['dragleave', 'dragend'] as const)
    document.addEventListener(end, () => zone.classList.remove('over'));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) taken(files);
  });
}
