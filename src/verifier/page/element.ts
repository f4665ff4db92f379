import { visible } from './visible.js';

export type Child = HTMLElement | string | false | null | undefined;

/**
 * The only way anything comes onto the page. Text becomes a text node, so no document can bring markup; names of
 * elements and attributes are always literals of this program.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  for (const child of children)
    if (typeof child === 'string') made.append(visible(child));
    else if (child) made.append(child);
  return made;
}

/** A long name or number that a reader compares digit by digit. */
export const code = (text: string): HTMLElement => element('code', {}, text);

export const missing = (text: string): HTMLElement => element('span', { class: 'quiet' }, text);
