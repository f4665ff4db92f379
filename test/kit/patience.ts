/**
 * ms a test waits for what has to come. Far more than it ever takes: a machine may be slow and busy, and whoever waits
 * longer than necessary loses nothing when all is well.
 */
export const PATIENCE_MS = 120_000;
