// What a newer program may say that this one cannot read, told apart from what nobody may say.

/** A message of a type that this program does not know: to be ignored, as the sender cannot rely on it yet. */
export class UnknownMessageError extends TypeError {
  override readonly name = "UnknownMessageError";
}

/** An entry of a type that this program does not know: it can neither be skipped nor applied, and so the node must stop. */
export class UnknownEntryError extends TypeError {
  override readonly name = "UnknownEntryError";
}
