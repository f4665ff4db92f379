/** The plans of our side, as a client posts them: steps that do nothing, so that only the engine is measured. */

const step = (key, dependsOn, more = {}) => ({
  key,
  kind: 'data_transform',
  dependsOn,
  input: JSON.stringify({ step: key }),
  ...more,
});

const resultOf = (key) => ({ step: key, mediaType: 'application/json' });

/** Names of a chain, each with the one before it. */
const chainOf = (length, make) =>
  Array.from({ length }, (_, at) => make(`s${at}`, at === 0 ? [] : [`s${at - 1}`], at));

/** A, then B, C and D side by side, then E. */
export const diamond = {
  steps: [step('a', []), ...['b', 'c', 'd'].map((key) => step(key, ['a'])), step('e', ['b', 'c', 'd'])],
  result: resultOf('e'),
};

export const chain = { steps: chainOf(50, (key, before) => step(key, before)), result: resultOf('s49') };

/** Three steps that can be undone, each by an action here, and a fourth that fails for good. */
export const saga = {
  steps: [
    ...chainOf(3, (key, before) =>
      step(key, before, { compensation: { input: `{"undo": steps.${key}.step}` } }),
    ),
    step('s3', ['s2'], { input: '$error("this step fails")' }),
  ],
  result: resultOf('s3'),
};

/** Twenty calls of a service, one after the other. */
export const calls = (serviceId, length) => ({
  steps: chainOf(length, (key, before, at) => ({
    key,
    kind: 'service_call',
    serviceId,
    title: `count step ${at}`,
    dependsOn: before,
    input: JSON.stringify({ step: at }),
  })),
  result: resultOf(`s${length - 1}`),
});

/** Waits for a day, holding no worker. */
export const day = {
  steps: [{ key: 'later', kind: 'wait', for: 86_400_000 }, step('end', ['later'])],
  result: resultOf('end'),
};
