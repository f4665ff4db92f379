import type { ParkedStream } from '../../ports/read-models.js';

/** Names, numbers and codes, never what an event says. */
export const parkedStreamView = ({
  model,
  stream,
  position,
  revision,
  type,
  code,
  detail,
  attempts,
  parkedAt,
}: ParkedStream) => ({
  model,
  stream,
  revision,
  position,
  type,
  code,
  detail,
  attempts,
  parkedAt,
});
