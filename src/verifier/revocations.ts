import { z } from 'zod';
import { receiptHash } from '../kernel/log/entry.js';
import { type Check, check, failed } from './checks.js';
import type { Receipt } from './document.js';

/** What an issuer took back: `GET /.well-known/quittance-revocations.json`, and files kept of it. */
export const REVOCATIONS_FORMAT = 'quittance-revocations/1';

const time = z.iso.datetime({ precision: 3 });
const reason = z.string().max(500);

export const revocationsSchema = z.strictObject({
  format: z.literal(REVOCATIONS_FORMAT),
  /** when it was written: what was taken back later is not in it */
  asOf: time,
  receipts: z
    .array(
      z.strictObject({
        /** the receipt's name as in the log, since its id may open it */
        receipt: z.string().regex(/^[0-9a-f]{64}$/),
        revokedAt: time,
        reason,
      }),
    )
    .max(100_000),
  keys: z
    .array(
      z.strictObject({
        keyId: z.string().regex(/^[0-9a-f]{16}$/),
        /** nothing is believed that the key signed from then on */
        from: time,
        /** what it signed before is believed of receipts among so many first leaves of the log */
        logSize: z.number().int().min(0),
        revokedAt: time,
        reason,
      }),
    )
    .max(1_000),
});

export type Revocations = Readonly<z.output<typeof revocationsSchema>>;

/**
 * Whether the issuer stands by the receipt. A key in other hands signs any date, so what it signed before it was
 * revoked is believed only of receipts that the log had by then.
 * @param inLog what checking the log found
 */
export function checkRevocation(
  { statement, signature, log }: Pick<Receipt, 'statement' | 'signature' | 'log'>,
  revocations: Revocations | undefined,
  inLog: readonly Check[],
): readonly Check[] {
  if (!revocations) return [];
  const name = receiptHash(statement.receiptId);
  const taken = revocations.receipts.find(({ receipt }) => receipt === name);
  if (taken) return [failed('revocation', `Its issuer revoked it on ${taken.revokedAt}: ${taken.reason}`)];
  const key = revocations.keys.find(({ keyId }) => keyId === signature.keyId);
  const clear = `Nothing was revoked as of ${revocations.asOf}.`;
  if (!key) return [check('revocation', undefined, clear)];
  const what = `The key ${key.keyId} was revoked on ${key.revokedAt} (${key.reason})`;
  if (statement.issuedAt >= key.from)
    return [failed('revocation', `${what}, for all it signed from ${key.from} on.`)];
  const was = log && inLog.some(({ passed }) => passed) && log.index < key.logSize;
  const complaint = `${what}, and it is not shown that the log had this receipt before: its date alone proves nothing.`;
  const holds = `${what}, but the log had this receipt before: leaf ${log?.index} of the ${key.logSize} then.`;
  return [check('revocation', was ? undefined : complaint, holds)];
}
