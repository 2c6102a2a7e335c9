// How large a request may be, whatever carries it.

/** A game of 32 outcomes with the longest labels is some 27 KB; nothing else comes near. */
export const BODY_BYTES_MAX = 65_536;
/** A token is below 1 KB; more header than this is not ours. */
export const HEADER_BYTES_MAX = 16_384;
