import type { ServiceOffer } from '../../ports/catalogue.js';
import { stemOf, stemsOf } from '../words.js';

const says = (test: string, words: string): boolean => {
  const said = new Set(stemsOf(test));
  return words.split(' ').some((word) => said.has(stemOf(word)));
};

const properties = (schema: unknown): readonly (readonly [string, string])[] =>
  Object.entries((schema as { properties?: Record<string, { type?: string }> } | null)?.properties ?? {}).map(
    ([name, { type }]) => [name, type ?? ''],
  );

/** For a type we have no word for: the first yes-or-no it declares, else whether its first list has anything. */
function declared(offer: ServiceOffer, output: string): string {
  const members = properties(offer.outputSchema);
  const flag = members.find(([, type]) => type === 'boolean');
  const list = members.find(([, type]) => type === 'array');
  const name = (member: readonly [string, string]): string =>
    `${output}.\`${member[0].replaceAll('`', '')}\``;
  if (flag) return `${name(flag)} = true`;
  return list ? `$count(${name(list)}) > 0` : `$boolean(${output})`;
}

/**
 * What a condition in plain words asks of a result.
 * @param output `steps.<key>` of the result it is about @returns a JSONata expression that is true or false
 */
export function truthOf(test: string, negated: boolean, offer: ServiceOffer, output: string): string {
  const truth = plainTruth(test, offer, output);
  return negated ? `$not(${truth})` : truth;
}

function plainTruth(test: string, offer: ServiceOffer, output: string): string {
  if (offer.output === 'anomalies') return `$count(${output}.findings) > 0`;
  if (offer.output === 'comparison') return `${output}.significant = true`;
  if (offer.output === 'table') return `$count(${output}.rows) > 0`;
  if (offer.output === 'trend') {
    if (says(test, 'rise rising up grow growing increase upward'))
      return `"rising" in ${output}.series.direction`;
    if (says(test, 'fall falling down shrink decrease decline downward'))
      return `"falling" in ${output}.series.direction`;
    if (says(test, 'season seasonal seasonality')) return `true in ${output}.series.seasonality.detected`;
    return `$count(${output}.series[direction != "no clear trend"]) > 0`;
  }
  return declared(offer, output);
}
