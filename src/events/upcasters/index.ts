import type { DomainEvent } from '../../kernel/event.js';

/**
 * From `Type@version` to the next version of it, of the same type: subscriptions ask the store for types. Every reader
 * of stored events goes through `upcast`; test/golden/upgrade.spec.ts shows it for each. Empty until a released event
 * changes.
 */
export const upcasters: ReadonlyMap<string, (event: DomainEvent) => DomainEvent> = new Map();
