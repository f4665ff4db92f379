export function bundle(): Promise<boolean>;
export function isBundled(): Promise<boolean>;
export function keyOf(root?: string): Promise<string>;
