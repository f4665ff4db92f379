import type { Random } from '../../simulation/random.js';
import { bindingPlaces, type Original } from './originals.js';
import { type Place, written } from './tree.js';

/** A receipt that is no longer the one that was issued; undefined where the original has nothing to do it to. */
export type Family = (
  random: Random,
  original: Original,
  others: readonly Original[],
) => string | Uint8Array | undefined;

export const pickPlace = (
  random: Random,
  original: Original,
  wanted: (place: Place) => boolean,
): Place | undefined => {
  const found = bindingPlaces(original).filter(wanted);
  return found.length > 0 ? random.pick(found) : undefined;
};
export const isText = (place: Place): place is Place & { value: string } =>
  typeof place.value === 'string' && place.value !== '';
export const matches = (pattern: RegExp) => (place: Place) => isText(place) && pattern.test(place.value);
export const DECIMAL = /^(0|[1-9][0-9]*)$/;

/** Another text at some leaf. */
export const atLeaf =
  (wanted: (place: Place) => boolean, change: (text: string, random: Random) => string): Family =>
  (random, original) => {
    const place = pickPlace(random, original, wanted);
    if (!place) return undefined;
    return written(original.document, place.path, JSON.stringify(change(String(place.value), random)));
  };

/** One place written otherwise, as JSON text. */
export const asText =
  (wanted: (place: Place) => boolean, forms: (place: Place) => readonly string[]): Family =>
  (random, original) => {
    const place = pickPlace(random, original, wanted);
    return place && written(original.document, place.path, random.pick(forms(place)));
  };
