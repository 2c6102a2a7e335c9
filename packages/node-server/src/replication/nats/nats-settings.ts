// Where the NATS servers are, and how they are to be spoken to.

export interface NatsSettings {
  /** host:port of some or all of them; the client learns of the others. */
  readonly servers: readonly string[];
  /** Of a stream that is to be made. */
  readonly replicas: number;
  /** Undefined: not encrypted. With a certificate of its own, a node shows who it is by it. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly token: string | undefined;
  /** Text of a credentials file: a user's token and the seed of its key. */
  readonly creds: string | undefined;
}
