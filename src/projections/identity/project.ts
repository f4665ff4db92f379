import { type ApiKeyEvent, apiKeyEvents } from '../../events/api-key.js';
import { type UserEvent, userEvents } from '../../events/user.js';
import type { Recorded } from '../../kernel/event.js';
import { categoryOf } from '../../kernel/ids.js';
import { foldRows } from '../fold-rows.js';
import { ownStream, type Projection } from '../projection.js';
import { type ApiKeyRow, apiKeysTable, type UserRow, usersTable } from './schema.js';

export const identityProjection: Projection = {
  name: 'identity',
  version: 1,
  paceMs: 20,
  parkedWith: ownStream,
  handles: [...userEvents, ...apiKeyEvents].map(({ type }) => type),
  schema: [usersTable, apiKeysTable].map((table) => table.schema).join(';\n'),
  async project(events, sql) {
    const of = (category: string) => events.filter(({ stream }) => categoryOf(stream) === category);
    await foldRows(usersTable, 'user_id', of('user'), evolveUser, sql);
    await foldRows(apiKeysTable, 'key_id', of('apikey'), evolveApiKey, sql);
    return [];
  },
};

export function evolveUser(
  row: UserRow | undefined,
  event: UserEvent,
  { revision }: Recorded,
): UserRow | undefined {
  if (event.type === 'UserRegistered')
    return {
      user_id: event.userId,
      revision,
      roles: event.roles,
      display_name: event.displayName ?? null,
      wallets: [],
      registered_at: event.registeredAt,
      erased_at: null,
    };
  if (!row) return undefined;
  switch (event.type) {
    case 'WalletLinked':
      return { ...row, wallets: [...new Set([...row.wallets, event.wallet])] };
    case 'WalletUnlinked':
      return { ...row, wallets: row.wallets.filter((wallet) => wallet !== event.wallet) };
    case 'RolesChanged':
      return { ...row, roles: event.roles };
    case 'UserErased':
      return { ...row, display_name: null, wallets: [], erased_at: event.erasedAt };
  }
}

export function evolveApiKey(
  row: ApiKeyRow | undefined,
  event: ApiKeyEvent,
  { revision }: Recorded,
): ApiKeyRow | undefined {
  if (event.type === 'ApiKeyIssued')
    return {
      key_id: event.keyId,
      revision,
      user_id: event.userId,
      hash: event.hash,
      prefix: event.prefix,
      name: event.name,
      issued_at: event.issuedAt,
      expires_at: event.expiresAt ?? null,
      revoked_at: null,
      previous_hash: null,
      grace_until: null,
    };
  if (!row) return undefined;
  switch (event.type) {
    case 'ApiKeyRotated':
      return {
        ...row,
        hash: event.hash,
        prefix: event.prefix,
        previous_hash: row.hash,
        grace_until: event.graceUntil,
      };
    case 'ApiKeyRevoked':
      return { ...row, revoked_at: event.revokedAt };
  }
}
