// One request on uWebSockets.js, from its head to its answer. The library's own objects end early: the request with
// its handler, the response with the connection, after which it throws; this holds what is needed beyond that.
import { STATUS_CODES } from "node:http";
import type { HttpRequest, HttpResponse } from "uWebSockets.js";
import { BODY_BYTES_MAX, HEADER_BYTES_MAX } from "../http/request-limits.ts";

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong with the head itself. */
  readonly fault?: "too_large" | "two_lengths";
}

/** Of these a second one is ignored, as Node's own server does; others are joined by commas. */
const FIRST_COUNTS = new Set([
  "authorization",
  "content-type",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "user-agent",
]);

/** An idle connection is closed after 8 to 12 seconds: a client must have let go of it by then. */
const KEEP_ALIVE = "timeout=7";

const EMPTY = Buffer.alloc(0);

export class Exchange {
  readonly #response: HttpResponse;
  #gone = false;
  #onGone: (() => void) | undefined;

  constructor(response: HttpResponse) {
    this.#response = response;
    response.onAborted(() => {
      this.#gone = true;
      this.#onGone?.();
    });
  }

  /** The client is gone: there is nobody to answer. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** Calls back where the client goes before it is answered. */
  set onGone(callback: () => void) {
    this.#onGone = callback;
    if (this.#gone) callback();
  }

  get remoteAddress(): string {
    return this.#gone ? "" : Buffer.from(this.#response.getRemoteAddressAsText()).toString("latin1");
  }

  /** Gives the whole body once it is there, undefined for one that is too large; nothing where the client goes. */
  collect(then: (body: Buffer | undefined) => void): void {
    let before: Buffer | undefined;
    let isOver = false;
    this.#response.onData((chunk, isLast) => {
      if (isOver) return;
      const bytes = (before?.length ?? 0) + chunk.byteLength;
      if (bytes > BODY_BYTES_MAX) {
        isOver = true;
        then(undefined);
        return;
      }
      // The memory behind a chunk is the library's, and is taken back: what is to stay is copied.
      if (isLast && before === undefined) then(bytes === 0 ? EMPTY : Buffer.from(Buffer.from(chunk)));
      else {
        before =
          before === undefined
            ? Buffer.from(Buffer.from(chunk))
            : Buffer.concat([before, Buffer.from(chunk)]);
        if (isLast) then(before);
      }
    });
  }

  /** @param headers name and value in turn */
  answer(status: number, headers: readonly string[], body: string | Buffer, close = false): void {
    if (this.#gone) return;
    const response = this.#response;
    response.cork(() => {
      this.#writeHead(status, headers);
      response.end(body, close);
    });
  }

  /** An answer without a body that says how long that would be. */
  answerHead(status: number, headers: readonly string[], bytes: number): void {
    if (this.#gone) return;
    this.#response.cork(() => {
      this.#writeHead(status, headers);
      this.#response.endWithoutBody(bytes);
    });
  }

  /** Sends an answer at the pace of its client. Nothing more where the client goes; cut short where the source fails. */
  async stream(
    status: number,
    headers: readonly string[],
    bytes: number,
    source: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const response = this.#response;
    let wake: () => void = () => undefined;
    this.#onGone = () => wake();
    if (this.#gone) return;
    response.onWritable(() => {
      wake();
      return true;
    });
    response.cork(() => this.#writeHead(status, headers));
    let sent = 0;
    for await (const chunk of source) {
      for (let rest = chunk; rest.byteLength > 0 && !this.#gone; ) {
        const from = response.getWriteOffset();
        let complete = true;
        response.cork(() => {
          [complete] = response.tryEnd(rest, bytes);
        });
        sent += rest.byteLength;
        if (complete) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (this.#gone) break;
        const taken = response.getWriteOffset() - from;
        sent -= rest.byteLength - taken;
        rest = rest.subarray(taken);
      }
      if (this.#gone) return;
    }
    if (sent < bytes) this.cut();
  }

  /** The client must see that its answer is not whole. */
  cut(): void {
    if (!this.#gone) this.#response.close();
  }

  #writeHead(status: number, headers: readonly string[]): void {
    const response = this.#response;
    response.writeStatus(`${status} ${STATUS_CODES[status] ?? ""}`);
    response.writeHeader("keep-alive", KEEP_ALIVE);
    for (let at = 0; at + 1 < headers.length; at += 2) {
      response.writeHeader(headers[at] ?? "", headers[at + 1] ?? "");
    }
  }
}

/** To be called before the handler returns: the request does not outlive it. */
export function requestHead(request: HttpRequest): RequestHead {
  const headers: Record<string, string> = {};
  let bytes = 0;
  let isDoubled = false;
  request.forEach((name, value) => {
    bytes += name.length + value.length + 4;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (name === "content-length") isDoubled = true;
    else if (!FIRST_COUNTS.has(name)) headers[name] = `${before}, ${value}`;
  });
  const query = request.getQuery() as string | undefined;
  return {
    method: request.getCaseSensitiveMethod(),
    url: query === undefined || query === "" ? request.getUrl() : `${request.getUrl()}?${query}`,
    headers,
    ...(bytes > HEADER_BYTES_MAX ? { fault: "too_large" } : isDoubled ? { fault: "two_lengths" } : {}),
  };
}
