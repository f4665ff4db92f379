import { LIMITS } from '../../kernel/limits.js';
import type { VerifyOptions } from '../index.js';
import { type Judgement, judge, unfinished } from './judge.js';

interface Question {
  readonly bytes: Uint8Array;
  readonly options: VerifyOptions;
}

const BROKE_OFF = 'The check broke off: it took more than this browser gives.';

/** A document whose check breaks off takes nothing with it. */
function judgeHere({ bytes, options }: Question): Judgement {
  try {
    return judge(bytes, options);
  } catch {
    return unfinished(BROKE_OFF);
  }
}

/** The worker's side: one answer to each question, in order. */
export function answerQuestions(): void {
  globalThis.addEventListener('message', ({ data }: MessageEvent<Question>) => {
    postMessage(judgeHere(data));
  });
}

/** Judges beside the page, so that a document that takes long stops nothing and is given up after a time. */
export class JudgeAside {
  private worker: Worker | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param program the text of this very program; without workers the page judges by itself */
  constructor(private readonly program: string) {}

  judge(bytes: Uint8Array, options: VerifyOptions): Promise<Judgement> {
    const answer = this.last.then(() => this.ask({ bytes, options }));
    this.last = answer;
    return answer;
  }

  private ask(question: Question): Promise<Judgement> {
    const worker = this.open();
    if (!worker) return Promise.resolve(judgeHere(question));
    return new Promise((resolve) => {
      const end = (judgement: Judgement) => {
        clearTimeout(limit);
        worker.onmessage = null;
        worker.onerror = null;
        resolve(judgement);
      };
      const giveUp = (reason: string) => {
        worker.terminate();
        this.worker = undefined;
        end(unfinished(reason));
      };
      const limit = setTimeout(
        () => giveUp(`It was not checked within ${LIMITS.verificationTime / 1000} seconds.`),
        LIMITS.verificationTime,
      );
      worker.onmessage = ({ data }: MessageEvent<Judgement>) => end(data);
      worker.onerror = () => giveUp(BROKE_OFF);
      worker.postMessage(question);
    });
  }

  private open(): Worker | undefined {
    if (this.worker || typeof Worker === 'undefined') return this.worker;
    const address = URL.createObjectURL(new Blob([this.program], { type: 'text/javascript' }));
    this.worker = new Worker(address);
    return this.worker;
  }
}
