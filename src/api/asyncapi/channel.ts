import type { z } from 'zod';
import { pointerTo } from '../named-schemas.js';

/** A channel with all that the document says of it, each member under its own name. */
export interface DescribedChannel {
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, object>>;
  readonly messages: Readonly<Record<string, object>>;
  /** of its messages, from which JSON Schema is made */
  readonly schemas: Readonly<Record<string, z.ZodType>>;
}

export const messageObject = (name: string, summary: string, more: object = {}): object => ({
  name,
  summary,
  contentType: 'application/json',
  ...more,
  payload: { $ref: pointerTo(name) },
});

/** The same messages as members of their channel, and as what an operation sends. */
export const messagesOf = (channel: string, names: readonly string[]) => ({
  inChannel: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  inOperation: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});
