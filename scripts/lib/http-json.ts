import { type Agent, request } from "node:http";

/** A whole answer, its body read as JSON where it is JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Media type without parameters, in lower case; empty where the answer names none. */
  readonly mediaType: string;
  /** The parsed body of a JSON answer, otherwise undefined. */
  readonly json: unknown;
  readonly text: string;
}

export interface HttpCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** From the call to the last byte of the answer, in ms; 10 000 unless told. */
  readonly timeoutMs?: number;
  readonly agent?: Agent;
}

/**
 * One HTTP exchange. Rejects with the socket's error, or with code `ETIMEDOUT`, when there is no whole answer; what
 * the other side did with the request is then unknown.
 */
export function httpJson(url: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const { method = "GET", headers = {}, body, timeoutMs = 10_000, agent } = call;
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      ...(agent && { agent }),
      headers: {
        accept: "application/json, application/problem+json",
        ...headers,
        ...(payload && { "content-type": "application/json", "content-length": String(payload.length) }),
      },
    });
    const timer = setTimeout(() => {
      sent.destroy(
        Object.assign(new Error(`no answer from ${url} within ${timeoutMs} ms`), { code: "ETIMEDOUT" }),
      );
    }, timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    sent.on("error", fail);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString("utf8");
        const mediaType = (response.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          mediaType,
          text,
          json: /^application\/(?:[\w.-]+\+)?json$/.test(mediaType) ? parseJson(text) : undefined,
        });
      });
    });
    sent.end(payload);
  });
}

/** The value of a JSON text, or undefined where it is none: a cut or foreign answer is data here, not a defect. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
