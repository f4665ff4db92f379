import { LRUCache } from 'lru-cache';
import { LIMITS } from '../kernel/limits.js';

/** Something a read model remembers; its own identity tells it from other kinds. */
export interface Kind<T extends object> {
  /** about how many bytes it takes */
  weigh(thing: T): number;
}

/**
 * What a read model wrote last, so that it is not read again for the next batch. True only because a read model moves
 * from where it stands by one write after another: whoever writes forgets everything when a write fails, or when the
 * read model is not where it was left.
 */
export class Memory {
  private readonly kinds = new Map<object, LRUCache<string, object>>();

  /** What is kept longest unused is shed. */
  of<T extends object>(kind: Kind<T>): LRUCache<string, T> {
    const known = this.kinds.get(kind) as unknown as LRUCache<string, T> | undefined;
    if (known) return known;
    const things = new LRUCache<string, T>({
      maxSize: LIMITS.rememberedRowBytes,
      sizeCalculation: (thing) => kind.weigh(thing),
    });
    this.kinds.set(kind, things as unknown as LRUCache<string, object>);
    return things;
  }

  forget(): void {
    this.kinds.clear();
  }
}
