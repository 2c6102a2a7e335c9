// The geometry of a wheel of fortune: one field an outcome, the first at the top, clockwise.

/** Turns before it comes to rest: enough to lose track, few enough to wait for. */
const TURNS = 5;

/** Degrees by which the wheel has turned when the field at `position` rests under the pointer at the top. */
export function restOf(position: number, fields: number): number {
  return TURNS * 360 - (position * 360) / fields;
}

/** A field as an SVG path around the origin; the one at position 0 is centred at the top. */
export function fieldPath(position: number, fields: number, radius: number): string {
  const half = Math.PI / fields;
  const middle = (position * 2 * Math.PI) / fields;
  const [from, to] = [at(middle - half, radius), at(middle + half, radius)];
  const large = fields < 2 ? 1 : 0;
  return `M0 0 L${from} A${radius} ${radius} 0 ${large} 1 ${to} Z`;
}

function at(angle: number, radius: number): string {
  return `${(Math.sin(angle) * radius).toFixed(2)} ${(-Math.cos(angle) * radius).toFixed(2)}`;
}
