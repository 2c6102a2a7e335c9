// Checks of data from outside against the schemas of this folder; one engine for REST and the WebSocket.
import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";

export interface FieldError {
  /** JSON pointer, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** More errors than these help nobody, and a hostile body could make thousands. */
const ERRORS_MAX = 10;

/** A schema made ready. Returns what is wrong, or undefined where nothing is. */
export type Check = (value: unknown) => readonly FieldError[] | undefined;

export function compileCheck(schema: TSchema): Check {
  const validator = Compile(schema);
  return (value) => (validator.Check(value) ? undefined : fieldErrors(validator.Errors(value)));
}

/** As {@link compileCheck}, telling the compiler the type of what passed. */
export function compileGuard<Schema extends TSchema>(schema: Schema) {
  const validator = Compile(schema);
  return {
    accepts: (value: unknown): value is Static<Schema> => validator.Check(value),
    errors: (value: unknown): readonly FieldError[] => fieldErrors(validator.Errors(value)),
  };
}

interface RawError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function fieldErrors(raw: readonly RawError[]): readonly FieldError[] {
  const errors = new Map<string, string>();
  for (const { keyword, instancePath, message } of raw) {
    if (errors.size >= ERRORS_MAX) break;
    // A refused extra property is reported twice: at its own path as "boolean", and at its parent.
    if (keyword === "additionalProperties") continue;
    if (errors.has(instancePath)) continue;
    errors.set(instancePath, keyword === "boolean" ? "is not a known field" : message);
  }
  return [...errors].map(([path, message]) => ({ path, message }));
}

const DIGITS = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * Text of a path or a query as the schema wants it: where a property is an integer, canonical digits become a
 * number. Everything else stays text and is left for the check to refuse.
 */
export function textToTyped(schema: TSchema, text: unknown): unknown {
  if (typeof text !== "object" || text === null) return text;
  const properties = propertiesOf(schema);
  // By definition of each property, not by assignment: one may be called `__proto__`.
  return Object.fromEntries(
    Object.entries(text).map(([name, value]) => {
      const isInteger = Object.hasOwn(properties, name) && properties[name]?.type === "integer";
      const typed = isInteger && typeof value === "string" && DIGITS.test(value) ? Number(value) : value;
      return [name, typed];
    }),
  );
}

function propertiesOf(schema: TSchema): Readonly<Record<string, { readonly type?: unknown }>> {
  return "properties" in schema ? (schema.properties as Record<string, { type?: unknown }>) : {};
}
