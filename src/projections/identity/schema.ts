import type { Role } from '../../events/user.js';
import type { Sealed } from '../../kernel/sealed.js';
import { defineTable } from '../table.js';

export interface UserRow {
  readonly user_id: string;
  readonly revision: number;
  readonly roles: readonly Role[];
  readonly display_name: Sealed | null;
  readonly wallets: readonly string[];
  readonly registered_at: string;
  readonly erased_at: string | null;
}

export const usersTable = defineTable<UserRow>({
  name: 'rm_users',
  columns: {
    user_id: 'text',
    revision: 'integer',
    roles: 'json',
    display_name: 'json',
    wallets: 'json',
    registered_at: 'text',
    erased_at: 'text',
  },
  key: ['user_id'],
  newer: 'revision',
});

export interface ApiKeyRow {
  readonly key_id: string;
  readonly revision: number;
  readonly user_id: string;
  readonly hash: string;
  readonly prefix: string;
  readonly name: string;
  readonly issued_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** the secret before the last rotation is good until then */
  readonly previous_hash: string | null;
  readonly grace_until: string | null;
}

export const apiKeysTable = defineTable<ApiKeyRow>({
  name: 'rm_api_keys',
  columns: {
    key_id: 'text',
    revision: 'integer',
    user_id: 'text',
    hash: 'text',
    prefix: 'text',
    name: 'text',
    issued_at: 'text',
    expires_at: 'text',
    revoked_at: 'text',
    previous_hash: 'text',
    grace_until: 'text',
  },
  key: ['key_id'],
  newer: 'revision',
  indexes: ['hash', 'previous_hash', 'user_id, issued_at'],
});
