/**
 * What a spec reads is plain text on every machine: a continuous-integration server sets CI, and jest hands
 * FORCE_COLOR to its workers where its own output is coloured; both would colour the lines under test.
 */
delete process.env.FORCE_COLOR;
process.env.NO_COLOR = '1';
