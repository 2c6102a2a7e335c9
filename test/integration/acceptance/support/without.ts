/** A copy that lacks these fields. */
export function without<T extends object, Name extends string>(
  value: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const kept = Object.entries(value).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(kept) as Omit<T, Name>;
}
