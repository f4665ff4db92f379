import type { Story } from './lying-inputs.js';

/** What is told otherwise than it was, in a story whose hashes are made anew afterwards. */
export type Change<S extends Story = Story> = (story: S) => void;
type List = 'stepIds' | 'ceilings' | 'skippable' | 'dependencyWords' | 'outputs' | 'details';
type Course = 'costs' | 'attempts' | 'seqs' | 'completed' | 'skipped';

export const put =
  (list: List | Course, i: number, value: bigint): Change =>
  (story) => {
    story[list][i] = value;
  };

export const set =
  (name: 'stepCount' | 'maxCost', value: bigint): Change =>
  (story) => {
    story[name] = value;
  };

/** Says another thing than what was hashed. */
export const say =
  (said: Record<string, bigint>): Change =>
  (story) => {
    Object.assign(story.said, said);
  };

export const all =
  <S extends Story>(...changes: readonly Change<S>[]): Change<S> =>
  (story) => {
    for (const change of changes) change(story);
  };
