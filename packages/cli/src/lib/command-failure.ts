/** A command that cannot do what it was asked to: one sentence for whoever asked, and an exit code. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILED, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const EXIT_FAILED = 1;
/** EX_DATAERR of sysexits.h: data that were looked at are damaged, or contradict themselves. */
export const EXIT_DAMAGED = 65;
