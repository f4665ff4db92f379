/** Standard base64 with padding (RFC 4648, 4), where Node and browsers have the same functions for it. */
export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** @returns undefined for anything but the one way to write some bytes */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return base64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
