// Requests as they go over the wire. Each answer is held against the conventions that all routes share.
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { expect } from "vitest";
import type { LogBook } from "../tour/log-book.ts";
import { problemFacts } from "./forms.ts";

export interface Answer<Body = never> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Body;
}

/** The fields that every refusal has, and perhaps more. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly [fact: string]: unknown;
}

export interface Options {
  readonly token?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, whatever it is. */
  readonly raw?: string | Uint8Array;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const ANSWER_MS = 15_000;

export class Http {
  readonly #port: number;
  readonly #token: string | undefined;
  readonly #logBook: LogBook | undefined;

  /** @param logBook is told of every exchange */
  constructor(port: number, token?: string, logBook?: LogBook) {
    this.#port = port;
    this.#token = token;
    this.#logBook = logBook;
  }

  as(token: string): Http {
    return new Http(this.#port, token, this.#logBook);
  }

  get<Body = never>(path: string, options?: Options): Promise<Answer<Body>> {
    return this.send("GET", path, undefined, options);
  }

  post<Body = never>(path: string, body?: unknown, options?: Options): Promise<Answer<Body>> {
    return this.send("POST", path, body, options);
  }

  put<Body = never>(path: string, body?: unknown, options?: Options): Promise<Answer<Body>> {
    return this.send("PUT", path, body, options);
  }

  /** The path goes out untouched, dots, slashes and percent signs included. */
  async send<Body = never>(
    method: string,
    path: string,
    body?: unknown,
    options: Options = {},
  ): Promise<Answer<Body>> {
    const token = options.token ?? this.#token;
    const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const headers = {
      ...(payload !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(options.key !== undefined && { "idempotency-key": options.key }),
      ...options.headers,
    };
    const answer = await exchange(this.#port, method, path, payload, headers);
    this.#logBook?.exchange(method, path, headers, answer);
    holdsConventions(path, answer as Answer<Problem>);
    return answer as Answer<Body>;
  }
}

function exchange(
  port: number,
  method: string,
  path: string,
  payload: string | Uint8Array | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Answer<unknown>> {
  return new Promise((settle, fail) => {
    const length = payload === undefined ? {} : { "content-length": String(Buffer.byteLength(payload)) };
    const outgoing = request(
      { host: "127.0.0.1", port, method, path, agent, headers: { ...length, ...dropEmpty(headers) } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", fail);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const isJson = /json/.test(incoming.headers["content-type"] ?? "");
          try {
            const body: unknown = isJson && text !== "" ? JSON.parse(text) : undefined;
            settle({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body });
          } catch (error) {
            fail(error);
          }
        });
      },
    );
    outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.on("error", fail);
    outgoing.end(payload);
  });
}

/** An empty value leaves a header out. */
function dropEmpty(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
}

function holdsConventions(path: string, answer: Answer<Problem>): void {
  const what = `${path}: ${answer.status} ${answer.text.slice(0, 500)}`;
  // A gateway's answer about a node that went away; what became of the request, it cannot know.
  if ((answer.status === 502 || answer.status === 504) && !/json/.test(answer.headers["content-type"] ?? ""))
    return;
  if (answer.status >= 400) {
    expect(answer.headers["content-type"], what).toMatch(/^application\/problem\+json(;|$)/);
    const { type, title, status, detail, code } = answer.body;
    expect({ type, title, detail, code }, what).toEqual({
      type: expect.any(String),
      title: expect.stringMatching(/./),
      detail: expect.any(String),
      code: expect.stringMatching(/^[a-z_]+$/),
    });
    expect(status, what).toBe(answer.status);
    for (const [fact, form] of Object.entries(problemFacts[code] ?? {})) {
      expect(form(answer.body[fact], fact), what).toEqual([]);
    }
    if (answer.status === 503 && code !== "outcome_unknown") {
      expect(answer.headers["retry-after"], what).toMatch(/^\d+$/);
    }
  }
  // Some bodies are so large that the entry point stops them: no node has seen those.
  if (answer.status === 413) return;
  if (/^\/api\/(?!auth\b)[a-z]/.test(path) && !path.includes("..") && !path.includes("%")) {
    expect(answer.headers["book-index"], `Book-Index of ${what}`).toMatch(/^\d+$/);
  }
}

/** The index that the answer's content is of. */
export function bookIndex(answer: Answer<unknown>): number {
  return Number(answer.headers["book-index"]);
}

/** The index of the entry that decided. */
export function commandIndex(answer: Answer<unknown>): number {
  expect(answer.headers["book-command-index"], answer.text.slice(0, 300)).toMatch(/^[1-9]\d*$/);
  const decided = Number(answer.headers["book-command-index"]);
  expect(bookIndex(answer)).toBeGreaterThanOrEqual(decided);
  return decided;
}

/** The answer refuses with this status and code. */
export function expectRefusal(answer: Answer<unknown>, status: number, code: string): Problem {
  const problem = answer.body as Problem;
  expect({ status: answer.status, code: problem?.code }, answer.text.slice(0, 500)).toEqual({ status, code });
  return problem;
}

export function expectStatus(answer: Answer<unknown>, status: number): void {
  expect(answer.status, answer.text.slice(0, 500)).toBe(status);
}
