import { randomBytes } from 'node:crypto';
import { R } from './kernel/limbs.mjs';

/** Uniform below the group's order: 384 bits leave no bias anyone could measure. */
export const randomScalar = () => BigInt(`0x${randomBytes(48).toString('hex')}`) % R;
