/** What is wrong with the form of a document, in at most three parts. */
export const complaint = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.map(String).join('.') || 'the document'}: ${message}`)
    .join('; ')
    .slice(0, 600);
