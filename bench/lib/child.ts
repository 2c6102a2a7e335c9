// A part of a bench in a process of its own: asked over IPC, one question at a time.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { sourceFlags } from "../../scripts/lib/source-paths.ts";

export interface Child {
  /** Sends a message and resolves with the one that answers it. */
  ask<Answer>(message: object | string): Promise<Answer>;
  /** Its first message of its own accord. */
  readonly ready: Promise<unknown>;
  /** Ends it without warning. */
  kill(): Promise<void>;
  readonly process: ChildProcess;
}

export interface ChildOptions {
  /** Handed over as its one argument, as JSON. */
  readonly options: object;
  readonly nodeFlags?: readonly string[];
}

export function startChild(program: string, { options, nodeFlags = [] }: ChildOptions): Child {
  const child = fork(program, [JSON.stringify(options)], {
    execArgv: [...sourceFlags, ...nodeFlags],
    serialization: "advanced",
  });
  const next = async (): Promise<unknown> => {
    const ended = new AbortController();
    const { signal } = ended;
    const left = once(child, "exit", { signal }).then(([code, by]) => {
      throw new Error(`${program} ended with ${code ?? by}`);
    });
    left.catch(() => undefined);
    try {
      const [message] = (await Promise.race([once(child, "message", { signal }), left])) as [unknown];
      return message;
    } finally {
      ended.abort();
    }
  };
  const ready = next();
  ready.catch(() => undefined);
  return {
    ready,
    process: child,
    async ask<Answer>(message: object | string): Promise<Answer> {
      const answer = next();
      child.send(message);
      return (await answer) as Answer;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** In the child: the options that it was started with. The end of the parent, however it comes, is the child's. */
export function childOptions(): unknown {
  process.on("disconnect", () => process.exit(0));
  return JSON.parse(process.argv[2] ?? "{}");
}
