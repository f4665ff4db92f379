/** Who may act. Personal fields are sealed with the user's own key. Storage formats. */
import { z } from 'zod';
import { sealedSchema } from '../kernel/sealed.js';
import { defineEvent, type EventOf, field } from './define.js';
import { sampleSealed, sampleTime } from './samples.js';

export const roles = ['user', 'operator'] as const;

export const UserRegistered = defineEvent(
  'UserRegistered',
  1,
  {
    userId: field.id,
    displayName: sealedSchema.optional(),
    roles: z.array(z.enum(roles)).max(4),
    registeredAt: field.time,
  },
  { userId: 'user_01', displayName: sampleSealed, roles: ['user'], registeredAt: sampleTime },
);

export const WalletLinked = defineEvent(
  'WalletLinked',
  1,
  { wallet: z.string().max(80) },
  { wallet: '1'.repeat(32) },
);
export const WalletUnlinked = defineEvent(
  'WalletUnlinked',
  1,
  { wallet: z.string().max(80) },
  { wallet: '1'.repeat(32) },
);
export const RolesChanged = defineEvent(
  'RolesChanged',
  1,
  { roles: z.array(z.enum(roles)).max(4) },
  { roles: ['user', 'operator'] },
);
export const UserErased = defineEvent('UserErased', 1, { erasedAt: field.time }, { erasedAt: sampleTime });

export const userEvents = [UserRegistered, WalletLinked, WalletUnlinked, RolesChanged, UserErased] as const;
export type UserEvent = EventOf<(typeof userEvents)[number]>;
export type Role = (typeof roles)[number];
