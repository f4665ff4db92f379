import type { DomainEvent } from '../../kernel/event.js';

/** From `Type@version` to the next version of it. Empty until a released event changes. */
export const upcasters: ReadonlyMap<string, (event: DomainEvent) => DomainEvent> = new Map();
