// The stream of one book on the NATS servers: the one file that knows their client library. It is loaded only where
// the book is on NATS.
import {
  type ConsumerMessages,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  type JsMsg,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from "@nats-io/jetstream";
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nanos,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import type { NatsSettings } from "./nats-settings.ts";
import type { Sent } from "./outbox.ts";
import type { StreamMessage } from "./replica.ts";

/** For how long the servers know a message again by its id; a node repeats one for some seconds at the most. */
const DUPLICATE_WINDOW_MS = 20_000;
/** A server that does not answer is left for another one: two pings that stay unanswered. */
const PING_EVERY_MS = 2_000;
const CONNECT_MS = 2_000;
const RECONNECT_WAIT_MS = 100;
/** Between tries to find the stream, or to read on. */
const TRY_EVERY_MS = 250;
/** A server that delivers says this often that it is there. */
const DELIVERY_HEARTBEAT_MS = 1_000;
/** A reader that heard nothing for so long is given up for a new one. */
const SILENT_MS_MAX = 2_500;
/** How long the servers may take to answer a question of their own interface. */
const ANSWER_MS_MAX = 2_000;
/** Messages that are on their way to this node at once. */
const DELIVER_AT_ONCE = 256;
/** A consumer whose reader is gone is forgotten by the servers after so long. */
const CONSUMER_IDLE_MS = 30_000;
/** By how much a clock may be off before log time is taken for right rather than it. */
const CLOCK_SKEW_MS_MAX = 1_000;

export interface StreamIdentity {
  readonly name: string;
  /** When the servers made it: another one of the same name has another time. */
  readonly created: string;
}

/** The stream cannot be used, and will not become usable by waiting. */
export class StreamUnusable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StreamUnusable";
  }
}

export interface StreamOptions {
  readonly settings: NatsSettings;
  readonly nodeId: string;
  readonly clusterId: string;
  /** The stream that this node's data come from, if it has any. Without, the stream is made where there is none. */
  readonly expected: StreamIdentity | undefined;
  /** The first message that this node does not have. */
  readonly from: number;
  readonly onWarning: (message: string) => void;
  /** Connected to a server, or to none. */
  readonly onConnection: (connected: boolean) => void;
}

export class BookStream {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #subject: string;
  readonly #options: StreamOptions;
  readonly identity: StreamIdentity;
  #connected = true;
  #closing = false;
  #reader: ConsumerMessages | undefined;
  /** This machine's clock minus the one that stamps, in milliseconds. */
  #clockOffsetMs = 0;

  private constructor(
    connection: NatsConnection,
    subject: string,
    identity: StreamIdentity,
    options: StreamOptions,
  ) {
    this.#connection = connection;
    this.#client = jetstream(connection, { timeout: ANSWER_MS_MAX });
    this.#subject = subject;
    this.#options = options;
    this.identity = identity;
    void this.#watchConnection();
  }

  /**
   * Connects, for as long as that takes, and finds the stream or makes it.
   *
   * @throws StreamUnusable; the client's own error where the servers do not let this node in
   */
  static async open(options: StreamOptions, signal: AbortSignal): Promise<BookStream> {
    const { settings, nodeId, clusterId } = options;
    const authenticator = authenticatorOf(settings);
    const connection = await connect({
      servers: [...settings.servers],
      name: `quorumbook ${clusterId} ${nodeId}`,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT_MS,
      reconnectJitter: RECONNECT_WAIT_MS,
      reconnectJitterTLS: RECONNECT_WAIT_MS,
      timeout: CONNECT_MS,
      pingInterval: PING_EVERY_MS,
      maxPingOut: 2,
      ...(settings.tls !== undefined && { tls: { ...settings.tls } }),
      ...(authenticator !== undefined && { authenticator }),
    });
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_MS_MAX });
      const { name, subject } = namesOf(clusterId);
      const info = await find(manager, name, subject, options, signal);
      requireUsable(info, options);
      return new BookStream(connection, subject, { name, created: info.created }, options);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  get connected(): boolean {
    return this.#connected;
  }

  get clockOffsetMs(): number {
    return this.#clockOffsetMs;
  }

  /** The time that the servers would stamp now, as far as this node can tell. */
  now(): number {
    return Math.abs(this.#clockOffsetMs) > CLOCK_SKEW_MS_MAX
      ? Math.round(Date.now() - this.#clockOffsetMs)
      : Date.now();
  }

  /** As `OutboxOptions.send` says. */
  async send(id: string, message: Uint8Array, timeoutMs: number): Promise<Sent> {
    if (!this.#connected) {
      // Handed to the client now, it would go out whenever a connection is there again.
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_WAIT_MS));
      return "nobody";
    }
    try {
      await this.#client.publish(this.#subject, message, { msgID: id, timeout: timeoutMs, retries: 1 });
      return "stored";
    } catch (error) {
      // Nobody listens on the subject: while the stream has no leader, the servers have nowhere to put it.
      if (error instanceof Error && error.name === "JetStreamNotEnabled") return "nobody";
      return error instanceof JetStreamApiError ? "refused" : "unknown";
    }
  }

  /**
   * Reads the stream from a message on, for as long as it is open: whatever breaks, it is read on where it broke off.
   *
   * @param next the sequence of the message that is wanted next
   * @param take is given one message after another; what it throws ends the reading
   */
  async read(next: () => number, take: (message: StreamMessage) => void): Promise<void> {
    while (!this.#closing) {
      try {
        await this.#readOnce(next(), take);
      } catch (error) {
        if (error instanceof ReadingFailed) throw error.cause;
        if (this.#connection.isClosed() && !this.#closing) throw error;
        // No server to deliver, or none that answers: asked again.
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }

  async #readOnce(from: number, take: (message: StreamMessage) => void): Promise<void> {
    const consumer = await this.#client.consumers.get(this.identity.name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      inactive_threshold: CONSUMER_IDLE_MS,
    });
    if (this.#closing) return;
    let failure: ReadingFailed | undefined;
    let heardAt = performance.now();
    const reader = await consumer.consume({
      max_messages: DELIVER_AT_ONCE,
      idle_heartbeat: DELIVERY_HEARTBEAT_MS,
      callback: (message: JsMsg) => {
        if (failure !== undefined || this.#reader !== reader) return;
        heardAt = performance.now();
        try {
          take({
            seq: message.seq,
            at: Math.floor(message.info.timestampNanos / 1e6),
            data: message.data,
          });
        } catch (cause) {
          failure = new ReadingFailed(cause);
          reader.stop();
        }
      },
    });
    this.#reader = reader;
    // The client would mend its reader by itself, in its own time; a new one at our own place is sooner there.
    const watch = setInterval(() => {
      if (performance.now() - heardAt > SILENT_MS_MAX || !this.#connected) reader.stop();
    }, TRY_EVERY_MS);
    void (async () => {
      for await (const { type } of reader.status()) if (type === "heartbeat") heardAt = performance.now();
    })();
    await reader.closed();
    clearInterval(watch);
    this.#reader = undefined;
    consumer.delete().catch(() => undefined);
    if (failure !== undefined) throw failure;
  }

  /** One of this node's own messages was stamped between these two moments of this machine's clock. */
  noteStamp(sentMs: number, stampMs: number, receivedMs: number): void {
    this.#clockOffsetMs = (sentMs + receivedMs) / 2 - stampMs;
  }

  /** Resolves when the connection has ended for good, by `close` or because the servers do not want this node. */
  async closed(): Promise<Error | undefined> {
    return (await this.#connection.closed()) ?? undefined;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#reader?.stop();
    await this.#connection.close();
  }

  async #watchConnection(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type !== "disconnect" && status.type !== "reconnect") continue;
      this.#connected = status.type === "reconnect";
      this.#options.onConnection(this.#connected);
      if (!this.#connected && !this.#closing) {
        this.#options.onWarning(`the connection to the NATS server ${status.server} is gone`);
      }
    }
  }
}

/** What the taker threw: no trouble of the stream's. */
class ReadingFailed extends Error {
  constructor(cause: unknown) {
    super("a message could not be taken", { cause });
    this.name = "ReadingFailed";
  }
}

/** Names of streams and subjects have no dots, blanks or wildcards. */
function namesOf(clusterId: string): { readonly name: string; readonly subject: string } {
  const id = clusterId.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  return { name: `quorumbook_${id}`, subject: `quorumbook.${id}.log` };
}

function authenticatorOf({ user, password, token, creds }: NatsSettings): Authenticator | undefined {
  if (creds !== undefined) return credsAuthenticator(Buffer.from(creds, "utf8"));
  if (token !== undefined) return tokenAuthenticator(token);
  return user === undefined ? undefined : usernamePasswordAuthenticator(user, password ?? "");
}

/** The stream; made where there is none and this node has no data of one. */
async function find(
  manager: JetStreamManager,
  name: string,
  subject: string,
  { expected, settings, onWarning }: StreamOptions,
  signal: AbortSignal,
): Promise<StreamInfo> {
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const info = await manager.streams.info(name);
      if (expected === undefined || expected.created === info.created) return info;
      throw new StreamUnusable(
        `this node's data are from the stream ${name} that was made at ${expected.created}; the one on the servers was made at ${info.created}`,
      );
    } catch (error) {
      if (error instanceof StreamUnusable) throw error;
      const isMissing = error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
      if (isMissing && expected !== undefined) {
        throw new StreamUnusable(
          `this node's data are from the stream ${name}, which the servers do not have`,
        );
      }
      const why = isMissing ? await make(manager, name, subject, settings.replicas) : String(error);
      if (why !== undefined && why !== told) onWarning(`the stream ${name} cannot be had yet: ${why}`);
      told = why;
      if (why !== undefined) await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }
}

/** @returns why it could not be made now, such as servers that are not up yet */
async function make(
  manager: JetStreamManager,
  name: string,
  subject: string,
  replicas: number,
): Promise<string | undefined> {
  try {
    await manager.streams.add({
      name,
      subjects: [subject],
      description: "A book of Quorumbook: every command, in order. Nothing may be taken out of it.",
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      storage: StorageType.File,
      num_replicas: replicas,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      deny_delete: true,
      deny_purge: true,
    });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** @throws StreamUnusable where commands in it could get lost */
function requireUsable({ config, state }: StreamInfo, { settings, from, onWarning }: StreamOptions): void {
  const faults: string[] = [];
  if (config.storage !== StorageType.File) faults.push("it is not kept in files");
  if (config.retention !== RetentionPolicy.Limits) faults.push("it drops what was read");
  if (config.max_age > 0 || config.max_msgs > 0 || config.max_msgs_per_subject > 0) {
    faults.push("it drops what is old");
  }
  if (config.max_bytes > 0 && config.discard !== DiscardPolicy.New) faults.push("it drops what is old");
  if (state.first_seq > from) {
    faults.push(`it begins at ${state.first_seq}, and this node's data end before ${from}`);
  }
  if (state.last_seq < from - 1) {
    faults.push(
      `it ends at ${state.last_seq}, and this node has taken all before ${from}: the servers have lost some`,
    );
  }
  if (faults.length > 0) throw new StreamUnusable(`the stream ${config.name}: ${faults.join("; ")}`);
  if (config.num_replicas < settings.replicas) {
    onWarning(`the stream ${config.name} has ${config.num_replicas} replicas, not ${settings.replicas}`);
  }
}
