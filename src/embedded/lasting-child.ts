import { type ChildOptions, type RunningChild, startChild } from './child-process.js';
import type { UnexpectedExit } from './server-process.js';

export interface LastingChildOptions<Ready> extends Omit<ChildOptions, 'onUnexpectedExit' | 'env'> {
  /** environment of the next start; after the first it must lead to the same addresses as before */
  env(before: Ready | undefined): Readonly<Record<string, string>>;
  /** it died and was started again */
  readonly onRestart?: (exit: UnexpectedExit) => void;
  /** it died too often, or could not be started again */
  readonly onGivenUp?: (exit: UnexpectedExit) => void;
}

const MOST_RESTARTS = 3;
const WITHIN_MS = 60_000;

/** A child that is started again when it dies, on the addresses it had, at most three times a minute. */
export async function startLastingChild<Ready extends object>(
  options: LastingChildOptions<Ready>,
): Promise<RunningChild<Ready>> {
  let stopped = false;
  const deaths: number[] = [];
  const start = (before?: Ready) =>
    startChild<Ready>({ ...options, env: options.env(before), onUnexpectedExit: again });
  let current = await start();
  let restarting: Promise<void> = Promise.resolve();

  function again(exit: UnexpectedExit): void {
    if (stopped) return;
    const now = performance.now();
    deaths.push(now);
    if (deaths.filter((at) => now - at < WITHIN_MS).length > MOST_RESTARTS) {
      options.onGivenUp?.(exit);
      return;
    }
    restarting = start(current.ready).then(
      (child) => {
        current = child;
        options.onRestart?.(exit);
      },
      (error: Error) => options.onGivenUp?.({ ...exit, log: error.message }),
    );
  }

  return {
    get pid() {
      return current.pid;
    },
    ready: current.ready,
    async stop() {
      stopped = true;
      await restarting;
      await current.stop();
    },
  };
}
