import { config } from 'zod';

/**
 * Imported before every schema: they then check by walking instead of by code they write as text, which the page's
 * content security policy forbids, and which no document should ever come near.
 */
config({ jitless: true });
