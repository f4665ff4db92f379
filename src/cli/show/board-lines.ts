import pc from 'picocolors';
import type { Board, BoardStep } from '../run-board.js';
import { amount, cut, duration, plainText, usdc } from './figures.js';
import { spinner } from './screen.js';

const BAR = 18;
const NAME = 26;

/** @param now ms since the epoch */
export function boardLines(board: Board, now: number): string[] {
  const done = board.steps.filter(({ state }) => state === 'completed' || state === 'skipped').length;
  const elapsed = board.startedAt === undefined ? 0 : now - board.startedAt;
  return [
    ...board.steps.map((step) => stepLine(step, now)),
    ` ${done} of ${board.steps.length} steps · paid ${pc.bold(usdc(board.paid))} · ${duration(Math.max(0, elapsed))}`,
  ];
}

const stepLine = (step: BoardStep, now: number): string =>
  [
    ` ${mark(step, now)}`,
    cut(plainText(step.name), NAME).padEnd(NAME),
    bar(step, now),
    (step.paid > 0n ? amount(step.paid) : '').padStart(8),
    (step.tookMs === undefined ? '' : duration(step.tookMs)).padStart(7),
    pc.dim(remark(step)),
  ].join(' ');

function mark({ state }: BoardStep, now: number): string {
  switch (state) {
    case 'completed':
      return pc.green('✓');
    case 'failed':
    case 'cancelled':
      return pc.red('✗');
    case 'skipped':
      return pc.dim('–');
    case 'running':
      return spinner(now);
    case 'sleeping':
      return pc.cyan('◷');
    case 'retrying':
      return pc.yellow('↻');
    case 'waiting':
      return pc.dim('·');
  }
}

/** A running step fills towards the time it was expected to take, and waits just short of the end. */
function bar({ state, startedAt, estimatedTime }: BoardStep, now: number): string {
  if (state === 'completed') return pc.green('━'.repeat(BAR));
  if (state !== 'running' || startedAt === undefined) return pc.dim('─'.repeat(BAR));
  const share = Math.min(0.95, Math.max(0, (now - startedAt) / Math.max(1, estimatedTime)));
  const full = Math.round(share * BAR);
  return pc.cyan('━'.repeat(full)) + pc.dim('─'.repeat(BAR - full));
}

const remark = ({ state, attempt, trouble, until }: BoardStep): string => {
  if (trouble) return cut(plainText(trouble), 60);
  if (state === 'sleeping' && until !== undefined) return `until ${new Date(until).toISOString()}`;
  if (state === 'retrying') return `attempt ${attempt} soon`;
  return attempt > 1 ? `attempt ${attempt}` : '';
};

/** For output that cannot be drawn again: a line for each step that changed. */
export function changeLines(before: Board, after: Board): string[] {
  return after.steps.flatMap((step, index) => {
    const old = before.steps[index];
    if (!old || (old.state === step.state && old.attempt === step.attempt)) return [];
    const cost = step.paid > 0n ? `, paid ${usdc(step.paid)}` : '';
    const took = step.tookMs === undefined ? '' : ` in ${duration(step.tookMs)}`;
    const why = remark(step);
    return [
      `  ${`${index + 1}`.padStart(2)} ${plainText(step.name)}: ${step.state}${took}${cost}${why ? ` (${why})` : ''}`,
    ];
  });
}
