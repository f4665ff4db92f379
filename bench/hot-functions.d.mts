interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** µs */
  readonly timeDeltas: readonly number[];
}
interface Share {
  /** % */
  readonly share: number;
  readonly name: string;
}

export function hotFunctions(profile: Profile, most?: number): Share[];
export function hotPlaces(profile: Profile, most?: number): Share[];
