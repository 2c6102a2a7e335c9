// The operators' routes of a running cluster, as they are asked for over its entry point.
import { CommandFailure } from "../lib/command-failure.ts";

/** How long an answer may take, in ms: a node ends its own waits within 5 s, an entry point within 7. */
const ANSWER_MS = 15_000;

/** Who asks: a token, or a name and password to get one with. */
export interface Credentials {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface NodeRow {
  readonly nodeId: string;
  readonly role: "leader" | "follower" | "candidate" | "learner" | "unknown";
  readonly reachable: boolean;
  readonly lastIndex: number | null;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  readonly lagMs: number | null;
  readonly digest: { readonly index: number; readonly value: string } | null;
}

export interface ClusterView {
  readonly nodeId: string;
  readonly leader: string | null;
  readonly term: number;
  readonly nodes: readonly NodeRow[];
}

/** A node's snapshot on its way. */
export interface OpenBackup {
  /** The last entry that it includes. */
  readonly index: number;
  readonly data: ReadableStream<Uint8Array>;
}

/** A refusal of the service, with its stable code. */
export class Refused extends CommandFailure {
  readonly code: string;
  readonly status: number;

  constructor(status: number, code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.status = status;
    this.code = code;
  }
}

export class ClusterApi {
  readonly #url: URL;
  readonly #credentials: Credentials;
  #token: string | undefined;

  constructor(url: URL, credentials: Credentials) {
    this.#url = url;
    this.#credentials = credentials;
    this.#token = credentials.token;
  }

  cluster(): Promise<ClusterView> {
    return this.#json("GET", "/api/cluster", false) as Promise<ClusterView>;
  }

  addLearner(nodeId: string, address: string): Promise<ClusterView> {
    return this.#json("POST", "/api/cluster/learners", true, { nodeId, address }) as Promise<ClusterView>;
  }

  promote(nodeId: string): Promise<ClusterView> {
    const path = `/api/cluster/members/${encodeURIComponent(nodeId)}/promote`;
    return this.#json("POST", path, true, {}) as Promise<ClusterView>;
  }

  remove(nodeId: string): Promise<ClusterView> {
    const path = `/api/cluster/members/${encodeURIComponent(nodeId)}`;
    return this.#json("DELETE", path, true) as Promise<ClusterView>;
  }

  transferLeadership(nodeId: string): Promise<ClusterView> {
    return this.#json("POST", "/api/cluster/leader", true, { nodeId }) as Promise<ClusterView>;
  }

  raiseVersion(version: number): Promise<ClusterView> {
    return this.#json("POST", "/api/cluster/version", true, { version }) as Promise<ClusterView>;
  }

  takeSnapshot(): Promise<{ readonly nodeId: string; readonly index: number }> {
    return this.#json("POST", "/api/cluster/snapshot", true, {}) as Promise<{
      nodeId: string;
      index: number;
    }>;
  }

  /** The latest snapshot of whichever node answers. The stream has its own end: a cut one is damaged. */
  async backup(): Promise<OpenBackup> {
    const response = await this.#ask("GET", "/api/cluster/backup", true, undefined, undefined);
    if (!response.ok) throw await refusalOf(response);
    if (response.body === null) throw new CommandFailure("the backup is empty");
    return { index: Number(response.headers.get("book-index")), data: response.body };
  }

  async #json(method: string, path: string, signedIn: boolean, body?: object): Promise<unknown> {
    const response = await this.#ask(method, path, signedIn, body, AbortSignal.timeout(ANSWER_MS));
    if (!response.ok) throw await refusalOf(response);
    return response.json();
  }

  async #ask(
    method: string,
    path: string,
    signedIn: boolean,
    body: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const headers: Record<string, string> = {};
    if (signedIn) headers["authorization"] = `Bearer ${await this.#signIn()}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const url = new URL(path, this.#url);
    try {
      return await fetch(url, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
    } catch (error) {
      const { cause } = error as Error;
      const why = cause instanceof Error ? cause.message : (error as Error).message;
      throw new CommandFailure(`${url.origin} does not answer: ${why}`, undefined, { cause: error });
    }
  }

  async #signIn(): Promise<string> {
    if (this.#token !== undefined) return this.#token;
    const { username, password } = this.#credentials;
    if (username === undefined || password === undefined) {
      throw new CommandFailure(
        "this needs an operator: set QUORUMBOOK_TOKEN, or QUORUMBOOK_USER and QUORUMBOOK_PASSWORD",
      );
    }
    const answer = (await this.#json("POST", "/api/auth/login", false, { username, password })) as {
      accessToken: string;
    };
    this.#token = answer.accessToken;
    return answer.accessToken;
  }
}

async function refusalOf(response: Response): Promise<CommandFailure> {
  const text = await response.text();
  if (!(response.headers.get("content-type") ?? "").startsWith("application/problem+json")) {
    return new CommandFailure(
      `status ${response.status}: ${text.slice(0, 200)}; what became of the request is not known`,
    );
  }
  const { code, detail, title } = JSON.parse(text) as { code: string; detail?: string; title: string };
  return new Refused(response.status, code, detail ?? title);
}
