/** Announced of a workflow whose row says that its run is closed. */
export interface ClosedMessage {
  /** of the row that says so */
  readonly revision: number;
}
