/**
 * What a reader cannot see, or what reorders what they see: controls, marks of writing direction, characters
 * without width. In a receipt they could make one recipient look like another.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu;

/** Text of a document as a person may trust their eyes with it. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (char) => `⟨U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`);
