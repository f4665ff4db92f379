import * as lite from 'poseidon-lite';

/** What our hashes are asked for by, answered by poseidon-lite: see over-poseidon-lite.mjs. */
export const ARITY = 16;

export const poseidon = (inputs) => lite[`poseidon${inputs.length}`]([...inputs]);

export const poseidonEach = (many) => many.map(poseidon);

export const poseidonOnce = poseidon;

export const poseidonOnceEach = poseidonEach;

/** which of the two is measured */
export const maker = 'poseidon-lite';
