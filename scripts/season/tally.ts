/** What clients saw, counted as it happens. */
export class Tally {
  /** When each accepted write was answered, in ms on the monotonic clock. */
  readonly acceptedAt: number[] = [];
  /** Bets that were acknowledged. */
  acknowledged = 0;
  /** The same by the way they were placed. */
  readonly byWay = { rest: 0, socket: 0 };
  readonly refusals = new Map<string, number>();
  /** Why writes had to be sent again, before they were decided. */
  readonly repeats = new Map<string, number>();
  /** Keys of accepted bets that were sent again on purpose, and answered as at first. */
  replays = 0;
  /** Keys that were sent again on purpose with another bet, and refused for it. */
  conflicts = 0;
  readonly faults: string[] = [];

  accepted(): void {
    this.acceptedAt.push(performance.now());
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  again(why: string): void {
    this.repeats.set(why, (this.repeats.get(why) ?? 0) + 1);
  }
}
