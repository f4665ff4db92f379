/** What we use of two packages that ship no types. */
declare module 'stopword' {
  export const eng: readonly string[];
}

declare module 'jstat' {
  interface Continuous {
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }
  const jstat: {
    readonly jStat: {
      readonly studentt: Continuous;
      readonly chisquare: Continuous;
      readonly normal: Continuous;
    };
  };
  export default jstat;
}
