import { Refusal } from '../kernel/errors.js';

export const keyDestroyed = (owner: string): Refusal =>
  new Refusal('KEY_DESTROYED', 'The content of this owner was made unreadable for good.', { owner });
