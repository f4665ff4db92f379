interface Proving {
  readonly coldS: number;
  readonly warmS: number;
  readonly warmCpuS: number;
  readonly rssMb: number;
}

export function figuresOf(
  bySteps: Readonly<
    Record<
      string,
      { readonly ours: Proving; readonly snarkjs: Proving; readonly ratios: { readonly warm: number | null } }
    >
  >,
  verification: Readonly<Record<string, number>>,
  overhead: Readonly<Record<string, { readonly stepPath: number }>>,
): Readonly<Record<string, number | null>>;
