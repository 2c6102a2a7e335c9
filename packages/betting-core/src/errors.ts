// What the book throws. Refusals are values (see rejections.ts); these are broken promises.

/** What was wrong with bytes that should have been a command, a snapshot or a record. */
export type CodecErrorCode = "CODEC_MALFORMED" | "CODEC_VERSION" | "CODEC_CHECKSUM" | "CODEC_TRUNCATED";

/** Bytes that are not what they claim to be. Nothing was changed. */
export class CodecError extends Error {
  readonly code: CodecErrorCode;

  constructor(code: CodecErrorCode, message: string) {
    super(message);
    this.name = "CodecError";
    this.code = code;
  }
}

/** The book contradicts itself. It must not be used any more: stop, rather than diverge from other replicas. */
export class InvariantError extends Error {
  readonly code = "BOOK_INVARIANT_BROKEN";

  constructor(message: string) {
    super(message);
    this.name = "InvariantError";
  }
}

/** On in production: a wrong book is worse than none. */
export function invariant(holds: boolean, message: string | (() => string)): asserts holds {
  if (!holds) throw new InvariantError(typeof message === "string" ? message : message());
}
