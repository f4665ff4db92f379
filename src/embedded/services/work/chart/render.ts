import { type Loader, parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { cannot } from '../refuse.js';

/** A chart is made of the data given; nothing is fetched for it. */
const refuse = (): Promise<never> =>
  Promise.reject(cannot('NO_OUTSIDE_DATA', 'A chart loads nothing from outside.'));

const sealed: Loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as Loader;

/** Draws without a browser or a canvas. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none', loader: sealed });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
