// Answers to what is not even HTTP, in the form of every other refusal.
import type { Socket } from "node:net";
import type { Refusal } from "../contract/problem-codes.ts";
import { problemBody } from "./problem.ts";

interface ClientError extends Error {
  readonly code?: string;
}

export const HEADERS_TOO_LARGE: Refusal = {
  code: "payload_too_large",
  detail: "The headers are too large.",
};
export const NOT_WELL_FORMED: Refusal = {
  code: "invalid_request",
  detail: "This is not a well-formed HTTP request.",
};

/** @param index the log index that this replica vouches for */
export function answerClientError(error: ClientError, socket: Socket, index: number): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
  const body = problemBody(tooLarge ? HEADERS_TOO_LARGE : NOT_WELL_FORMED);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.status} ${tooLarge ? "Payload Too Large" : "Bad Request"}\r\n` +
      "content-type: application/problem+json\r\n" +
      `content-length: ${Buffer.byteLength(text)}\r\n` +
      `book-index: ${index}\r\n` +
      `connection: close\r\n\r\n${text}`,
  );
}
