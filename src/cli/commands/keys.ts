import pc from 'picocolors';
import { z } from 'zod';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { tableLines } from '../show/table.js';

const key = z.looseObject({
  keyId: z.string(),
  publicKey: z.string(),
  status: z.string(),
  validFrom: z.string().nullable(),
  validUntil: z.string().nullable(),
});
const listed = z.looseObject({ keys: z.array(key) });
type Keys = z.output<typeof listed>['keys'];

interface Options extends ConnectOptions {
  readonly json?: boolean;
}

export async function keysList(options: Options): Promise<number> {
  const { client } = requireInstallation(options);
  const published = await client.get('/.well-known/quittance-keys.json', listed);
  if (options.json) process.stdout.write(`${JSON.stringify(published, null, 2)}\n`);
  else new Screen().say(...keyLines(published.keys));
  return 0;
}

export async function keysRotate(options: Options): Promise<number> {
  const { keys } = await requireInstallation(options).client.post('/receipt-keys/rotate', {}, listed);
  new Screen().say(
    `${pc.green('✓')} Receipts are signed with ${keys[0]?.keyId} from now on.`,
    ...keyLines(keys),
  );
  return 0;
}

export async function keysRevoke(
  keyId: string,
  { reason, from, ...options }: Options & { readonly reason: string; readonly from?: string },
): Promise<number> {
  const body = { reason, ...(from !== undefined && { from }) };
  const path = `/receipt-keys/${encodeURIComponent(keyId)}/revoke`;
  const { keys } = await requireInstallation(options).client.post(path, body, listed);
  new Screen().say(`${pc.green('✓')} The key ${plainText(keyId)} is revoked.`, ...keyLines(keys));
  return 0;
}

const revoked = z.looseObject({ receipt: z.looseObject({ revokedAt: z.string(), reason: z.string() }) });

export async function revokeReceipt(
  id: string,
  { reason, ...options }: ConnectOptions & { readonly reason: string },
): Promise<number> {
  const path = `/receipts/${encodeURIComponent(id)}/revoke`;
  const { receipt } = await requireInstallation(options).client.post(path, { reason }, revoked);
  new Screen().say(
    `${pc.green('✓')} ${plainText(id)} is revoked since ${receipt.revokedAt}: ${plainText(receipt.reason)}`,
  );
  return 0;
}

const keyLines = (keys: Keys): readonly string[] =>
  tableLines(
    [{ head: 'Key' }, { head: 'Status' }, { head: 'From (UTC)' }, { head: 'Until (UTC)' }],
    keys.map(({ keyId, status, validFrom, validUntil }) => [
      keyId,
      status,
      validFrom?.slice(0, 19).replace('T', ' ') ?? '–',
      validUntil?.slice(0, 19).replace('T', ' ') ?? '–',
    ]),
  );
