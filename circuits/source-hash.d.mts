export const here: string;
export const libraryPath: string;
export function sourceHash(source: string): string;
