const row = (...cells) =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(12) : String(cell).padStart(9))).join('');

/** A lane that could not be run at all has failed. */
const failure = (error) => ({
  passed: 0,
  failed: 1,
  skipped: 0,
  output: error instanceof Error ? (error.stack ?? error.message) : String(error),
});

/**
 * Runs lanes one after another and prints a row for each, the output of those that failed, and last the sum.
 * @param {readonly (readonly [string, () => Promise<{passed: number, failed: number, skipped: number, output: string}>])[]} lanes
 * @param {AbortSignal} [signal] when it is given, the lanes that were not begun count as failed
 */
export async function runLanes(lanes, signal, print = (line) => console.log(line)) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  print(row('lane', 'passed', 'failed', 'skipped', 'seconds'));
  for (const [lane, runLane] of lanes) {
    const started = performance.now();
    const result = signal?.aborted
      ? failure('Stopped before it began.')
      : await Promise.resolve().then(runLane).catch(failure);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (result.failed > 0) print(`\n${result.output.trimEnd()}\n`);
    print(row(lane, result.passed, result.failed, result.skipped, seconds));
    for (const key of Object.keys(total)) total[key] += result[key];
  }
  print(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total;
}
