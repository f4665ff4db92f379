import * as lite from 'poseidon-lite';

export const ARITY = 16;

export const poseidon = (inputs) => lite[`poseidon${inputs.length}`]([...inputs]);
