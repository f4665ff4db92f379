/**
 * A drawing from elsewhere may carry scripts or links. As an image it can run and fetch nothing, in a page as in
 * Markdown, and it is still inside the document.
 */
export const svgImage = (svg: string): string =>
  `data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`;
