// Requests checked by the schemas that also give the types and the OpenAPI page.
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { type FieldError, ProblemError } from "./problem.ts";

/** More errors than these help nobody, and a hostile body could make thousands. */
const ERRORS_MAX = 10;

const DIGITS = /^(?:0|[1-9][0-9]{0,15})$/;

/** Fastify's port: a schema in, a check out. Text of queries becomes a number where the schema has an integer. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (data: unknown) => {
    const value = httpPart === "body" ? data : textToTyped(schema, data);
    if (validator.Check(value)) return { value };
    const errors = fieldErrors(validator.Errors(value));
    return { error: new ProblemError({ code: "invalid_request", detail: detailOf(httpPart), errors }) };
  };
};

function detailOf(httpPart: string | undefined): string {
  return httpPart === "body"
    ? "The body is not as this route wants it."
    : "The query is not as this route wants it.";
}

interface RawError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
}

function fieldErrors(raw: readonly RawError[]): readonly FieldError[] {
  const errors = new Map<string, string>();
  for (const { keyword, instancePath, message } of raw) {
    if (errors.size >= ERRORS_MAX) break;
    // A refused extra field is reported twice: at its own path as "boolean", and at its parent.
    if (keyword === "additionalProperties" || errors.has(instancePath)) continue;
    errors.set(instancePath, keyword === "boolean" ? "is not a known field" : message);
  }
  return [...errors].map(([path, message]) => ({ path, message }));
}

function textToTyped(schema: TSchema, text: unknown): unknown {
  if (typeof text !== "object" || text === null) return text;
  const properties = "properties" in schema ? (schema.properties as Record<string, { type?: unknown }>) : {};
  return Object.fromEntries(
    Object.entries(text).map(([name, value]) => {
      const isInteger = Object.hasOwn(properties, name) && properties[name]?.type === "integer";
      return [name, isInteger && typeof value === "string" && DIGITS.test(value) ? Number(value) : value];
    }),
  );
}
