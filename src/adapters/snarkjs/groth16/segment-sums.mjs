/**
 * Sums runs of points that lie one after the other, all runs at once: neighbours first, then what is two apart, then
 * four. The sum of a run ends in the place of its first point.
 * @param counts points in each run; set to 0 where the sum is the point at infinity
 */
export function sumSegments(addition, slotAddress, starts, counts) {
  const { vanished, group } = addition;
  const size = group.point;
  let longest = 0;
  for (const count of counts) if (count > longest) longest = count;
  for (let apart = 1; apart < longest; apart *= 2) {
    for (let run = 0; run < counts.length; run++) {
      const count = counts[run];
      const start = slotAddress + starts[run] * size;
      for (let i = 0; i + apart < count; i += 2 * apart)
        addTogether(addition, start + i * size, start + (i + apart) * size);
    }
    addition.flush();
  }
  if (vanished.size === 0) return;
  for (let run = 0; run < counts.length; run++)
    // an empty run starts where the next one does
    if (counts[run] > 0 && vanished.delete(slotAddress + starts[run] * size)) counts[run] = 0;
}

/** The second point into the place of the first; either may be one that vanished. */
function addTogether(addition, first, second) {
  const { vanished, group } = addition;
  if (vanished.size > 0) {
    if (vanished.delete(second)) return;
    if (vanished.delete(first)) {
      group.copy(second, first);
      return;
    }
  }
  addition.add(first, second);
}
