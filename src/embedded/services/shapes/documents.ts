import { z } from 'zod';

export const chart = z.strictObject({
  title: z.string(),
  kind: z.enum(['line', 'bar', 'scatter', 'histogram']),
  /** a complete `<svg>` element without scripts or outside references */
  svg: z.string().max(2_000_000),
  /** the Vega-Lite specification without its data */
  spec: z.record(z.string(), z.unknown()),
  description: z.string(),
});

export const summary = z.strictObject({
  text: z.string(),
  sentences: z.array(z.string()),
  method: z.enum(['lexrank', 'narrative']),
  note: z.string(),
});

export const markdown = z.strictObject({ title: z.string(), markdown: z.string() });

/** A whole document that needs nothing from the network. */
export const html = z.strictObject({ title: z.string(), html: z.string() });

export type Chart = z.infer<typeof chart>;
export type Summary = z.infer<typeof summary>;
export type Markdown = z.infer<typeof markdown>;
export type Html = z.infer<typeof html>;
