import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/bundle/main.mjs', import.meta.url));

/** How a process of ours ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the bundle's main on servers that are there already. */
export class AppProcess {
  readonly ended: Promise<End>;
  private readonly child: ChildProcess;
  private readonly said: string[] = [];
  private readonly ready: Promise<void>;
  wasReady = false;

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const orphan = () => this.child.kill('SIGKILL');
    process.once('exit', orphan);
    this.child.once('exit', () => process.off('exit', orphan));
    this.ended = new Promise((resolve) =>
      this.child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    this.ready = new Promise((resolve) => {
      this.child.stdout!.on('data', (text) => {
        this.said.push(String(text));
        if (!String(text).includes('is ready')) return;
        this.wasReady = true;
        resolve();
      });
    });
    this.child.stderr!.on('data', (text) => this.said.push(String(text)));
  }

  /** @returns false when it ended before it was ready */
  serves(): Promise<boolean> {
    return Promise.race([this.ready.then(() => true), this.ended.then(() => false)]);
  }

  get pid(): number {
    return this.child.pid!;
  }

  output = (): string => this.said.join('');

  /** @returns undefined when it still lives after `ms` */
  async endedWithin(ms: number): Promise<End | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    const end = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    return end;
  }

  async kill(): Promise<End> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  /** SIGTERM, as an orchestrator does. */
  async stop(): Promise<End> {
    this.child.kill('SIGTERM');
    return (await this.endedWithin(20_000)) ?? this.kill();
  }

  async pause(ms: number): Promise<void> {
    this.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.child.kill('SIGCONT');
  }
}
