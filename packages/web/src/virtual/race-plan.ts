// How a race is shown whose result is fixed: who is where at which time. It is the same for everybody who watches, and
// decides nothing.

/** Between start and finish, both included. */
const STAGES = 6;

/**
 * Each runner's way along the track at equal times, as shares of the whole: 0 at first, 1 at last for the winner alone.
 *
 * @param seed  the same seed shows the same race
 * @param winner position of the runner who wins
 */
export function planRace(seed: number, runners: number, winner: number): readonly (readonly number[])[] {
  const random = randomFrom(seed);
  return Array.from({ length: runners }, (_, runner) => {
    // The others are beaten by little or much, never by nothing.
    const end = runner === winner ? 1 : 0.78 + random() * 0.17;
    const paces = Array.from({ length: STAGES - 1 }, () => 0.6 + random());
    const whole = paces.reduce((sum, pace) => sum + pace, 0);
    let done = 0;
    const way = [0];
    for (const pace of paces) {
      done += pace;
      way.push((done / whole) * end);
    }
    way[STAGES - 1] = end;
    return way;
  });
}

/** Numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
