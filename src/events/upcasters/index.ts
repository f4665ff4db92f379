import type { DomainEvent } from '../../kernel/event.js';

/**
 * From `Type@version` to the next version of it, of the same type: subscriptions ask the store for types. Every reader
 * of stored events goes through `upcast`; test/golden/upgrade.spec.ts shows it for each.
 */
export const upcasters: ReadonlyMap<string, (event: DomainEvent) => DomainEvent> = new Map([
  // the second says what was signed by its hash, which may be missing: then the document tells it
  ['ReceiptIssued@1', (event) => ({ ...event, v: 2 })],
]);
