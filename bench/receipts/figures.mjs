/** One flat object, as `--json` keeps it. */
export function figuresOf(bySteps, verification, overhead) {
  const figures = {};
  for (const [steps, { ours, snarkjs, ratios }] of Object.entries(bySteps)) {
    figures[`prove${steps}ColdS`] = ours.coldS;
    figures[`prove${steps}WarmS`] = ours.warmS;
    figures[`prove${steps}CpuS`] = ours.warmCpuS;
    figures[`rss${steps}Mb`] = ours.rssMb;
    figures[`snarkjs${steps}ColdS`] = snarkjs.coldS;
    figures[`snarkjs${steps}WarmS`] = snarkjs.warmS;
    figures[`snarkjs${steps}CpuS`] = snarkjs.warmCpuS;
    figures[`snarkjs${steps}RssMb`] = snarkjs.rssMb;
    figures[`prove${steps}Ratio`] = ratios.warm;
  }
  for (const [steps, { stepPath }] of Object.entries(overhead)) figures[`stepOverhead${steps}`] = stepPath;
  const { rssMb } = (bySteps[64] ?? Object.values(bySteps).at(-1)).ours;
  return { ...figures, ...verification, stepOverhead: overhead[50].stepPath, rssMb };
}
