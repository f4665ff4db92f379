import { checkKeyTime } from './check-key.js';
import { checkLog } from './check-log.js';
import type { Check } from './checks.js';
import type { Receipt } from './document.js';
import { checkRevocation } from './revocations.js';
import type { VerifyOptions } from './verify-options.js';

/** What was said of a statement after it was signed, or is said of its key: its time, the log, revocations. */
export function checkStanding(
  signed: Pick<Receipt, 'statement' | 'signature' | 'log'>,
  { issuerKeys, log, revocations }: VerifyOptions,
): readonly Check[] {
  const inLog = checkLog(signed, log);
  return [...checkKeyTime(signed, issuerKeys), ...inLog, ...checkRevocation(signed, revocations, inLog)];
}
