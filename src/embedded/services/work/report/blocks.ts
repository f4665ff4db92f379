import type { Chart } from '../../shapes/documents.js';

/** What a report is made of, before it is Markdown or HTML. Texts are plain: the setter escapes them. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'figure'; readonly chart: Chart }
  | {
      readonly kind: 'table';
      readonly header: readonly string[];
      /** the first cell names the row, the others are figures */
      readonly rows: readonly (readonly string[])[];
    };

export const heading = (text: string, level: 2 | 3 = 2): Block => ({ kind: 'heading', level, text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
export const note = (text: string): Block => ({ kind: 'note', text });
