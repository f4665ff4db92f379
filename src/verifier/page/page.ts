import { LIMITS } from '../../kernel/limits.js';
import { element } from './element.js';
import { FILE_FIELDS, type FileField, type GivenFile, type GivenFiles } from './given-files.js';
import { type Judgement, tooLarge, unfinished } from './judge.js';
import { JudgeAside } from './judge-aside.js';
import { type Judged, overview } from './overview.js';
import { verdictView } from './verdict-view.js';
import { understand, type Wishes } from './wishes.js';

/** bytes of a file given beside the receipts: a list of revocations is the largest */
const LARGEST_GIVEN = 64 * 1024 * 1024;

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Connects the form with the verifier. The page is page.html; what it shows of documents is made in *-view.ts. */
export function startPage(): void {
  const judge = new JudgeAside(byId('program').textContent ?? '');
  let files: readonly File[] = [];
  let given: GivenFiles = {};
  let turn = 0;

  const show = async () => {
    const mine = ++turn;
    const understood = understand({ ...readWishes(), files: given });
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
  for (const field of FILE_FIELDS)
    takeGiven(field, (taken) => {
      given = { ...given, [field]: taken };
      void show();
    });
  byId<HTMLFormElement>('wishes').addEventListener('change', ({ target }) => {
    // files are asked about once they are read
    if ((target as HTMLInputElement | null)?.type !== 'file') void show();
  });
  byId('clear').addEventListener('click', () => {
    byId<HTMLFormElement>('wishes').reset();
    given = {};
    void show();
  });
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

const readWishes = (): Omit<Wishes, 'files'> => ({
  keys: byId<HTMLTextAreaElement>('keys').value,
  logkey: byId<HTMLInputElement>('logkey').value,
  context: byId<HTMLInputElement>('context').value,
  level: byId<HTMLSelectElement>('level').value,
  production: byId<HTMLInputElement>('production').checked,
});

function sayComplaint(understood: ReturnType<typeof understand>): void {
  for (const field of ['keys', 'logkey', 'context', ...FILE_FIELDS] as const) {
    const complaint = 'complaint' in understood && understood.field === field ? understood.complaint : '';
    byId(`${field}-complaint`).textContent = complaint;
    byId(field).setAttribute('aria-invalid', complaint === '' ? 'false' : 'true');
  }
}

/** For those who do not see the page; what is seen says it by itself. */
const say = (text: string): void => byId('said').replaceChildren(element('span', {}, text));

/** @param taken is told the files of a field each time they are others; one that cannot be read has no bytes */
function takeGiven(field: FileField, taken: (files: readonly GivenFile[]) => void): void {
  const input = byId<HTMLInputElement>(field);
  input.addEventListener('change', () => {
    const chosen = [...(input.files ?? [])];
    void Promise.all(chosen.map(givenFile)).then(taken);
  });
}

async function givenFile(file: File): Promise<GivenFile> {
  const { name, size } = file;
  const content = size > LARGEST_GIVEN ? undefined : await file.arrayBuffer().catch(() => undefined);
  return { name, bytes: new Uint8Array(content ?? []) };
}

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
