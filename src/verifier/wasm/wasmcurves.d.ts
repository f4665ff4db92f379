declare module 'wasmcurves/build/bn128_wasm.js' {
  /** The compiled curve and where its constants lie in its memory. */
  const build: {
    /** base64 */
    readonly code: string;
    /** bytes of a point that is prepared for a Miller loop */
    readonly prePSize: number;
    readonly preQSize: number;
  };
  export default build;
}
