import { plantedBugs } from './planted-bugs.js';
import { simulate } from './world.js';

/**
 * Looks for every planted bug, seed after seed, and tells a row of the table in docs/bugs-found.md for each.
 * @returns names of those that no seed showed
 */
export async function findPlantedBugs(
  from: number,
  count: number,
  tell: (row: string) => void,
): Promise<readonly string[]> {
  const missed: string[] = [];
  for (const bug of plantedBugs) {
    let rule: string | undefined;
    let seed = from - 1;
    while (!rule && seed < from + count - 1) rule = (await simulate(++seed, { bug })).broken?.rule;
    if (rule) tell(`| \`${bug.name}\` | ${bug.what} | ${seed} | ${rule} |`);
    else missed.push(bug.name);
  }
  return missed;
}
