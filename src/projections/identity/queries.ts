import type { Sql } from '../../ports/sql.js';
import type { ApiKeyRow, UserRow } from './schema.js';

export type KnownKey = ApiKeyRow & Pick<UserRow, 'roles' | 'erased_at'>;

/** The key a secret's hash belongs to now, or belonged to before its rotation. */
export async function keyByHash(sql: Sql, hash: string): Promise<KnownKey | undefined> {
  const { rows } = await sql.query<KnownKey>(
    `select k.*, u.roles, u.erased_at from rm_api_keys k join rm_users u using (user_id)
     where k.hash = $1 or k.previous_hash = $1`,
    [hash],
  );
  return rows[0];
}

export async function keyById(sql: Sql, keyId: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await sql.query<ApiKeyRow>('select * from rm_api_keys where key_id = $1', [keyId]);
  return rows[0];
}

export async function keysOfUser(sql: Sql, userId: string): Promise<ApiKeyRow[]> {
  const { rows } = await sql.query<ApiKeyRow>(
    'select * from rm_api_keys where user_id = $1 order by issued_at, key_id',
    [userId],
  );
  return rows;
}
