/** Rules of the extension `bazaar` for what stands in a listing: what breaks one is left out, the rest stays. */

const PRINTABLE = /^[\u0020-\u007e]{1,32}$/;
const MOST_TAGS = 5;
const TEMPLATE = /^\/[a-zA-Z0-9_/:.\-~%]+$/;

interface Said {
  readonly serviceName?: unknown;
  readonly tags?: unknown;
}

/** Name and tags of a service; an icon is not kept. */
export function serviceMetadata({ serviceName, tags }: Said): {
  serviceName: string;
  tags: readonly string[];
} {
  const known = new Map<string, string>();
  for (const tag of Array.isArray(tags) ? tags.slice(0, 100) : [])
    if (isPrintable(tag) && !known.has(tag.toLowerCase())) known.set(tag.toLowerCase(), tag);
  return {
    serviceName: isPrintable(serviceName) ? serviceName : '',
    tags: [...known.values()].slice(0, MOST_TAGS),
  };
}

/** Where a resource is listed: under the template of its route, where it names one, so that all its calls are one. */
export function catalogued(url: string, template: unknown): string {
  if (typeof template !== 'string' || !isTemplate(template)) return url;
  return `${new URL(url).origin}${template}`;
}

const isPrintable = (text: unknown): text is string => typeof text === 'string' && PRINTABLE.test(text);

function isTemplate(template: string): boolean {
  if (!TEMPLATE.test(template)) return false;
  try {
    const plain = decodeURIComponent(template);
    return !plain.includes('..') && !plain.includes('://');
  } catch {
    return false;
  }
}
