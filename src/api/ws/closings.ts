/** How a stream ends from our side: WebSocket close codes with the reason they carry. */
export const closings = {
  closed: { code: 1000, reason: 'the run is closed' },
  stopping: { code: 1001, reason: 'the server is stopping' },
  failed: { code: 1011, reason: 'the stream failed, resume it from the last sequence number' },
  /** the client does not keep up */
  tooSlow: { code: 1013, reason: 'too slow: resume from the last sequence number' },
} as const;
