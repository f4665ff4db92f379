import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';

const CLEAR_BELOW = '\u001b[0J';
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const REDRAW_MS = 100;

/** Lines that are drawn again and again in one place, at the end of what was said. */
export interface LiveArea {
  /** draws the last state, which stays */
  end(): void;
}

/** Where a person reads. What is said while something is live appears above it. */
export class Screen {
  private area: { readonly draw: () => readonly string[]; shown: number } | undefined;
  private ticking: NodeJS.Timeout | undefined;

  constructor(readonly stream: NodeJS.WriteStream = process.stdout) {}

  /** Whether lines can be drawn again. */
  get moves(): boolean {
    return this.stream.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** Whether somebody is there to answer. */
  get asks(): boolean {
    return process.stdin.isTTY === true && this.stream.isTTY === true;
  }

  say(...lines: readonly string[]): void {
    this.wipe();
    this.stream.write(`${lines.join('\n')}\n`);
    this.draw();
  }

  note = (text: string): void => this.say(pc.dim(`  ${text}`));

  warn = (text: string): void => this.say(`${pc.yellow('!')} ${text}`);

  /** On a terminal only; elsewhere nothing is drawn and the caller says what changes line by line. */
  live(draw: () => readonly string[]): LiveArea {
    if (!this.moves) return { end: () => {} };
    this.area = { draw, shown: 0 };
    this.draw();
    this.ticking = setInterval(() => this.redraw(), REDRAW_MS);
    return { end: () => this.endLive() };
  }

  /** @returns undefined when the question was left by Ctrl-C or the end of input */
  async ask(question: string): Promise<string | undefined> {
    const paused = this.pause();
    const reader = createInterface({ input: process.stdin, output: this.stream });
    try {
      return await new Promise<string | undefined>((resolve) => {
        reader.question(question, resolve);
        reader.once('SIGINT', () => resolve(undefined));
        reader.once('close', () => resolve(undefined));
      });
    } finally {
      reader.close();
      paused();
    }
  }

  private pause(): () => void {
    const { area } = this;
    this.wipe();
    this.area = undefined;
    return () => {
      this.area = area;
      this.draw();
    };
  }

  private endLive(): void {
    clearInterval(this.ticking);
    this.redraw();
    this.area = undefined;
  }

  private redraw(): void {
    this.stream.write(this.wiped() + this.drawn());
  }

  private wipe(): void {
    this.stream.write(this.wiped());
  }

  private draw(): void {
    this.stream.write(this.drawn());
  }

  private wiped(): string {
    const shown = this.area?.shown ?? 0;
    if (this.area) this.area.shown = 0;
    return shown === 0 ? '' : `${up(shown)}\r${CLEAR_BELOW}`;
  }

  private drawn(): string {
    if (!this.area) return '';
    const lines = this.area.draw().slice(0, Math.max(1, (this.stream.rows ?? 24) - 1));
    this.area.shown = lines.length;
    return lines.map((line) => `${fitted(line, this.stream.columns ?? 80)}\n`).join('');
  }
}

/** A line that wraps would be counted wrong when it is drawn over. */
function fitted(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export const spinner = (now: number): string => pc.cyan(FRAMES[Math.floor(now / REDRAW_MS) % FRAMES.length]!);
