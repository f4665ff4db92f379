import { FIELD } from '../field.js';
import { timesColumn } from './modular.js';
import { HALF_FULL_ROUNDS, type Parameters } from './parameters.js';

/** Poseidon word for word as it is defined. Where WebAssembly may not be used, it is what there is. */
export function plainPoseidon(parameters: Parameters, inputs: readonly bigint[]): bigint {
  const { constants, partialRounds, matrix } = parameters;
  let state: readonly bigint[] = [0n, ...inputs];
  constants.forEach((added, round) => {
    const partial = round >= HALF_FULL_ROUNDS && round < HALF_FULL_ROUNDS + partialRounds;
    const raised = state.map((element, i) =>
      partial && i > 0 ? element + added[i]! : fifthPower(element + added[i]!),
    );
    state = timesColumn(matrix, raised);
  });
  return state[0]!;
}

function fifthPower(base: bigint): bigint {
  const square = (base * base) % FIELD;
  return (((square * square) % FIELD) * base) % FIELD;
}
