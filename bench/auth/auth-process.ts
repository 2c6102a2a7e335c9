// Starts bench/auth/server.ts on an empty store with one account, and talks to it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ACCOUNT = { username: "bettor", password: "a-long-enough-secret" };

export interface LoopDelay {
  /** Milliseconds. */
  readonly p99: number;
  readonly max: number;
}

export interface AuthProcess {
  /** Answers the refresh cookie. */
  logIn(): Promise<string>;
  /** Answers the next refresh cookie. */
  refresh(cookie: string): Promise<string>;
  watchDelay(): Promise<void>;
  /** Since it was last watched. */
  delay(): Promise<LoopDelay>;
  stop(): Promise<void>;
}

export async function startAuthServer(): Promise<AuthProcess> {
  const folder = await mkdtemp(join(tmpdir(), "quorumbook-bench-auth-"));
  const child = fork(join(import.meta.dirname, "server.ts"), {
    env: {
      ...process.env,
      DATABASE_URL: "",
      QUORUMBOOK_AUTH_DATA: folder,
      QUORUMBOOK_AUTH_PORT: "0",
      QUORUMBOOK_RATE_LIMIT: "0",
    },
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    }
    await rm(folder, { recursive: true });
  };
  try {
    const { port } = await answer<{ port: number }>(child);
    const session = async (path: string, init: RequestInit): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/api/auth/${path}`, { method: "POST", ...init });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return response.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    };
    const account = { headers: { "content-type": "application/json" }, body: JSON.stringify(ACCOUNT) };
    await session("register", account);
    return {
      logIn: () => session("login", account),
      refresh: (cookie) => session("refresh", { headers: { cookie } }),
      async watchDelay() {
        child.send("watch");
        await answer(child);
      },
      async delay() {
        child.send("delay");
        return await answer<LoopDelay>(child);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The child's next message. */
async function answer<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const left = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message"), left]);
    return message as Message;
  } finally {
    left.catch(() => undefined);
    ended.abort();
  }
}
