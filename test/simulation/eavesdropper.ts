/** Who hears everything that travels or is kept outside of what is sealed. */
export interface Eavesdropper {
  overheard(where: string, value: unknown): void;
}
