import { z } from 'zod';
import type { Connection } from './connect.js';

const addressed = z.looseObject({ memo: z.string() });

/** Elsewhere than in the own data folder, the key's owner is told by the memo its deposits carry. */
export async function ownUser({ client, userId }: Connection): Promise<string> {
  if (userId !== undefined) return userId;
  const { memo } = await client.get('/escrow/address', addressed);
  return /user_[0-9A-Za-z]+/.exec(memo)?.[0] ?? memo;
}
