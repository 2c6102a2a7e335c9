// What the routes' schemas cannot say: refusals by status with their codes, and the headers of every answer. Added to the
// document that is made of the schemas, so that it is complete without each route repeating it.
import { PROBLEMS } from "../contract/problem-codes.ts";

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, Json>>;
}

interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: Json;
}

const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

const HEADERS: Readonly<Record<string, Json>> = {
  "Book-Index": header("integer", "The log index that the answering replica had applied"),
  "Book-Command-Index": header("integer", "Index of the entry that decided, of the first one when repeated"),
  "Retry-After": header("integer", "Seconds after which a repeat may help"),
  "X-Request-Id": header("string", "The request's name in the logs: the client's own, if it gave one"),
};

/** The statuses with which a node refuses, each with its codes. */
const STATUSES = Map.groupBy(Object.entries(PROBLEMS), ([, [status]]) => status);

/** The document with a response for every status that a route may be refused with. */
export function completeOpenApi(document: object): object {
  const { paths = {}, components = {}, ...rest } = document as Document;
  return {
    ...rest,
    paths: mapValues(paths, (methods) => mapValues(methods, completeOperation)),
    components: {
      ...components,
      headers: HEADERS,
      responses: Object.fromEntries(
        [...STATUSES].map(([status, problems]) => [`Refusal${status}`, refusal(problems)]),
      ),
    },
  };
}

function completeOperation(operation: Operation): Operation {
  const { responses = {}, parameters = [], tags = [] } = operation;
  // What operators do is not decided by the book.
  const isWrite = parameters.some(({ name }) => name === "Idempotency-Key") && !tags.includes("operators");
  const answers = mapValues(responses, (response) => {
    const decided = isWrite ? { "Book-Command-Index": ref("headers", "Book-Command-Index") } : {};
    const headers = {
      "Book-Index": ref("headers", "Book-Index"),
      "X-Request-Id": ref("headers", "X-Request-Id"),
      ...decided,
    };
    // What has no schema is bytes: a backup.
    const { content = { "application/octet-stream": {} } } = response;
    return { description: "Done as asked", content, headers };
  });
  const refusals = refusedWith(operation).map((status) => [
    String(status),
    ref("responses", `Refusal${status}`),
  ]);
  return { ...operation, responses: { ...answers, ...Object.fromEntries(refusals) } };
}

function refusedWith({ tags = [], requestBody }: Operation): readonly number[] {
  const statuses = [400, 404, 429, 500, 503];
  if (!tags.includes("anyone")) statuses.push(401, 403);
  if (requestBody !== undefined) statuses.push(409, 413, 415, 422);
  // Members are changed without a body as well.
  if (tags.includes("operators") && requestBody === undefined) statuses.push(409);
  return statuses.toSorted((a, b) => a - b);
}

function refusal(problems: readonly (readonly [string, readonly [number, string]])[]): Json {
  return {
    description: problems.map(([code, [, title]]) => `\`${code}\`: ${title}.`).join(" "),
    headers: {
      "Book-Index": ref("headers", "Book-Index"),
      "Book-Command-Index": ref("headers", "Book-Command-Index"),
      "Retry-After": ref("headers", "Retry-After"),
      "X-Request-Id": ref("headers", "X-Request-Id"),
    },
    content: {
      "application/problem+json": {
        schema: {
          type: "object",
          required: ["type", "title", "status", "detail", "code"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer", const: problems[0]?.[1][0] },
            detail: { type: "string" },
            code: { type: "string", enum: problems.map(([code]) => code) },
          },
        },
      },
    },
  };
}

function header(type: string, description: string): Json {
  return { description, schema: { type } };
}

function mapValues<From, To>(
  of: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, map(value)]));
}
