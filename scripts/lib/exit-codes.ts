/** Exit codes of every Quorumbook command and process, after BSD's sysexits where one fits. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** A broken invariant or a failed disk: the process vouches for nothing any more (EX_SOFTWARE). */
  broken: 70,
  /** A setting that cannot be used; the message names it (EX_CONFIG). */
  config: 78,
} as const;
