/** base64url without padding (RFC 7515, 2): Node's own where there is one, a portable one in browsers. */
const native = globalThis.process?.getBuiltinModule?.('node:buffer').Buffer;

export const base64url = (bytes: Uint8Array): string =>
  native
    ? native.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
    : portableBase64url(bytes);

/** Bytes in a piece: a function takes only so many arguments. */
const PIECE = 8_192;

export function portableBase64url(bytes: Uint8Array): string {
  let letters = '';
  for (let at = 0; at < bytes.length; at += PIECE)
    letters += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns undefined for anything but the one way to write some bytes */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return base64url(bytes) === text ? bytes : undefined;
}
