/** What the sender's wall clock shows; sent once a second, and first of all on a new connection. */
export interface ClockReport {
  readonly type: "ClockReport";
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
}
