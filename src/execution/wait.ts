import type { Json } from '../kernel/canonical-json.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import { ZERO } from '../kernel/money.js';
import { isoTime } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { StepExecutor } from './step-executor.js';

/**
 * Waits as long as its input says, `{"for": ms}`, or until when, `{"until": "2026-01-02T03:04:05Z"}`. A time that is
 * past is no wait. Gives `{until}`, the time itself.
 */
export const wait =
  (clock: Clock): StepExecutor =>
  async ({ input }) => {
    const now = clock.now();
    const end = endOf(input, now);
    const until = isoTime(end);
    return { output: { until }, cost: ZERO, ...(end > now && { until }) };
  };

/** @throws Refusal WAIT_INVALID or WAIT_TOO_LONG; neither quotes the input, which is the owner's */
function endOf(input: Json, now: number): number {
  const { for: ms, until, ...others } = isRecord(input) ? input : {};
  if ((ms === undefined) === (until === undefined) || Object.keys(others).length > 0) throw invalid();
  const end = ms === undefined ? timeOf(until) : now + durationOf(ms);
  if (end - now > LIMITS.waitTime)
    throw new Refusal('WAIT_TOO_LONG', `A step waits at most ${LIMITS.waitTime} ms.`, {
      allowedMs: LIMITS.waitTime,
    });
  return end;
}

const isRecord = (input: Json): input is { readonly [member: string]: Json } =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

const invalid = (): Refusal =>
  new Refusal(
    'WAIT_INVALID',
    'A wait says how long it lasts, {"for": milliseconds}, or until when, {"until": "2026-01-02T03:04:05Z"}.',
  );

function durationOf(ms: Json | undefined): number {
  if (typeof ms !== 'number' || !(ms >= 0)) throw invalid();
  return Math.ceil(ms);
}

/** With its offset: a time without one would mean another moment on another machine. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function timeOf(until: Json | undefined): number {
  const time = typeof until === 'string' && TIME.test(until) ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(time)) throw invalid();
  return time;
}
