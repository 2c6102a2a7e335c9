import type { NodeId } from "../units.ts";
import type { TlsCredentials } from "./tcp-link.ts";

export interface TcpTransportOptions {
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly incarnation: string;
  /** See `Identity`; the first history if absent. */
  readonly epoch?: string | null;
  /** Host and port to listen on. Port 0 takes a free one; `address()` then tells which. */
  readonly listen: string;
  /** Known to every member and nobody else. Empty: the cluster id alone keeps clusters apart. */
  readonly secret?: string;
  /** Encrypts every connection, and lets in only whom the certificates name. */
  readonly tls?: TlsCredentials;
  /** Longest frame sent or accepted, in bytes. */
  readonly frameBytesMax?: number;
  /** Bytes waiting for one peer beyond which frames to it are dropped. */
  readonly bufferedBytesMax?: number;
  /** Silence after which a connection is given up, and the time a new one may take to be made. */
  readonly silenceMsMax?: number;
  /** First and longest wait before dialling again; it doubles in between. */
  readonly redialMsMin?: number;
  readonly redialMsMax?: number;
}

export type ResolvedTcpOptions = Required<Omit<TcpTransportOptions, "tls">>;

export function resolveTcpOptions({ tls: _, ...options }: TcpTransportOptions): ResolvedTcpOptions {
  return {
    secret: "",
    epoch: "",
    // A batch of entries is cut at about 1 MiB; one command may be longer, and a snapshot chunk is shorter.
    frameBytesMax: 64 * 1024 * 1024,
    // A peer that is this far behind is better served by probing again than by a queue: the core resends.
    bufferedBytesMax: 64 * 1024 * 1024,
    // Several election time-outs: Raft notices silence first; this only replaces connections that died unnoticed.
    silenceMsMax: 2000,
    redialMsMin: 20,
    redialMsMax: 1000,
    ...options,
  };
}

/** Splits "host:port" at the last colon, so that an IPv6 host needs no brackets but may have them. */
export function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/u, "$1");
  const port = Number(address.slice(colon + 1));
  if (colon <= 0 || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError(`${JSON.stringify(address)} is no address: it must read host:port`);
  }
  return { host, port };
}
