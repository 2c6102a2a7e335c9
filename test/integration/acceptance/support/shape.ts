// Exact forms of JSON values: a field too many is as wrong as one that is missing.
import { expect } from "vitest";

/** Says what is wrong with a value; nothing if it fits. */
export type Form = (value: unknown, path: string) => readonly string[];

const complain = (path: string, wanted: string, value: unknown): readonly string[] => [
  `${path === "" ? "the value" : path} should be ${wanted}, but is ${JSON.stringify(value)}`,
];

export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Form {
  return (value, path) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? []
      : complain(path, `an integer from ${min} to ${max}`, value);
}

export function number(min: number): Form {
  return (value, path) =>
    typeof value === "number" && value >= min ? [] : complain(path, `a number from ${min}`, value);
}

export function text(pattern = /./su): Form {
  return (value, path) =>
    typeof value === "string" && pattern.test(value) ? [] : complain(path, `text like ${pattern}`, value);
}

export const boolean: Form = (value, path) =>
  typeof value === "boolean" ? [] : complain(path, "true or false", value);

export function oneOf(...allowed: readonly unknown[]): Form {
  return (value, path) =>
    allowed.includes(value) ? [] : complain(path, `one of ${JSON.stringify(allowed)}`, value);
}

export function orNull(form: Form): Form {
  return (value, path) => (value === null ? [] : form(value, path));
}

export function list(form: Form): Form {
  return (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item: unknown, at) => form(item, `${path}[${at}]`))
      : complain(path, "a list", value);
}

/** An object with exactly these fields; those in `optional` may be left out, but never be null for it. */
export function object(
  required: Readonly<Record<string, Form>>,
  optional: Readonly<Record<string, Form>> = {},
): Form {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return complain(path, "an object", value);
    }
    const complaints: string[] = [];
    for (const [name, form] of Object.entries(required)) {
      if (Object.hasOwn(value, name)) complaints.push(...form((value as never)[name], `${path}.${name}`));
      else complaints.push(`${path}.${name} is missing`);
    }
    for (const [name, field] of Object.entries(value)) {
      if (Object.hasOwn(required, name)) continue;
      const form = optional[name];
      if (form === undefined) complaints.push(`${path}.${name} should not be there`);
      else complaints.push(...form(field, `${path}.${name}`));
    }
    return complaints;
  };
}

export function expectForm(value: unknown, form: Form): void {
  expect(form(value, ""), JSON.stringify(value)?.slice(0, 2_000)).toEqual([]);
}
