// Messages into a JetStream stream of three replicas, each acknowledged by the servers; many under way on one connection.
import { jetstreamManager, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import { connect, createInbox, type NatsConnection } from "@nats-io/transport-node";
import type { Ask } from "../lib/closed-loop.ts";

const SUBJECT = "bench.log";
const STREAM = "bench";
const REPLICAS = 3;

/** Makes the stream, empty; what an earlier measurement left would only cost disk. */
export async function makeStream(servers: readonly string[]): Promise<void> {
  const connection = await connect({ servers: [...servers] });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: STREAM,
    subjects: [SUBJECT],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: REPLICAS,
  });
  await connection.close();
}

export class NatsPuts {
  readonly #connection: NatsConnection;
  readonly #payload: Uint8Array;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, () => void>();
  #number = 0;

  private constructor(connection: NatsConnection, payloadBytes: number) {
    this.#connection = connection;
    this.#payload = new Uint8Array(payloadBytes);
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, { subject, data }) => {
        if (error !== null) throw error;
        const answer = Buffer.from(data).toString("latin1");
        if (answer.includes('"error"')) throw new Error(`a message was refused: ${answer}`);
        const answered = this.#waiting.get(subject);
        this.#waiting.delete(subject);
        answered?.();
      },
    });
  }

  static async open(server: string, payloadBytes: number): Promise<NatsPuts> {
    return new NatsPuts(await connect({ servers: server }), payloadBytes);
  }

  readonly put: Ask = (answered) => {
    this.#number += 1;
    const reply = `${this.#inbox}.${this.#number}`;
    this.#waiting.set(reply, answered);
    this.#connection.publish(SUBJECT, this.#payload, { reply });
  };

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
