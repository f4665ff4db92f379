import { quittance } from './quittance.mjs';
import { restate } from './restate.mjs';

/** What can be measured, by the name it has on the command line. */
export const engines = {
  ours: quittance,
  restate: (place) => restate(place),
  'restate:p2': (place) => restate(place, 2),
};

export const peers = Object.keys(engines).filter((name) => name !== 'ours');
