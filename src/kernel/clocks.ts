/**
 * ms that the clocks of two machines may be apart. What several processes share is dated by whoever wrote it; a time that
 * is further ahead than anything written now would be, and than this, was written by a clock that is wrong.
 */
const APART = 60_000;

/** @param most ms ahead of its own clock that anybody dates it */
export const isOfWrongClock = (at: number, now: number, most: number): boolean => at > now + most + APART;
