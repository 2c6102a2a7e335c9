import { X509Certificate } from "node:crypto";
import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import * as tls from "node:tls";
import { RaftError } from "../errors.ts";
import { parseAddress } from "./tcp-options.ts";

/** A node's certificate and key, and who issues its peers': PEM, as text or bytes. */
export interface TlsCredentials {
  readonly key: string | Buffer;
  /** Of this node, whose id must be among its subject alternative names (DNS); good for servers and clients. */
  readonly cert: string | Buffer;
  /** Issuers of the members' certificates, and of nobody else's. */
  readonly ca: string | Buffer;
}

export interface LinkHandler {
  /** @param certifies whether the other end has shown a certificate for that id, or none is needed */
  onSocket(socket: Socket, certifies: (id: string) => boolean): void;
  /** Whoever it was did not get as far as a socket. */
  onRefused(reason: string): void;
  /** Whether one more may come, who has shown nothing yet. */
  hasRoom(connections: number): boolean;
}

/**
 * Sockets between nodes: plain, or TLS 1.3 with a certificate on both sides. With TLS nothing else is spoken: a plain
 * connection is refused at its first bytes. The name that counts is the node id, whatever the address.
 */
export class TcpLink {
  readonly #nodeId: string;
  readonly #handshakeMsMax: number;
  #credentials: TlsCredentials | undefined;
  #server: tls.Server | undefined;

  /** @throws RaftError `RAFT_CONFIG_INVALID` if the credentials are not what they should be */
  constructor(nodeId: string, credentials: TlsCredentials | undefined, handshakeMsMax: number) {
    this.#nodeId = nodeId;
    this.#handshakeMsMax = handshakeMsMax;
    this.#credentials = credentials && checked(credentials, nodeId);
  }

  get secured(): boolean {
    return this.#credentials !== undefined;
  }

  /** Uses these for every connection made from now on; those that are open go on. @throws as the constructor */
  reload(credentials: TlsCredentials): void {
    if (this.#credentials === undefined)
      throw new RaftError("RAFT_CONFIG_INVALID", "the transport was started without TLS");
    this.#credentials = checked(credentials, this.#nodeId);
    this.#server?.setSecureContext(this.#credentials);
  }

  createServer(handler: LinkHandler): Server {
    let connections = 0;
    const onConnection = (socket: Socket): void => {
      connections += 1;
      socket.once("close", () => {
        connections -= 1;
      });
      if (!handler.hasRoom(connections)) socket.destroy();
      else if (this.#credentials === undefined) handler.onSocket(socket, () => true);
    };
    if (this.#credentials === undefined) return createServer(onConnection);
    const server = tls.createServer({
      ...this.#credentials,
      minVersion: "TLSv1.3",
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: this.#handshakeMsMax,
    });
    server.on("connection", onConnection);
    server.on("secureConnection", (socket) => {
      const names = namesOf(socket.getPeerX509Certificate());
      handler.onSocket(socket, (id) => names.includes(id));
    });
    server.on("tlsClientError", (error, socket) => {
      handler.onRefused(`${socket.remoteAddress}: no TLS connection: ${error.message}`);
    });
    this.#server = server;
    return server;
  }

  /** @param onConnect when the other end has shown who it is, as far as certificates tell */
  connect(address: string, peer: string, onConnect: () => void): Socket {
    const { host, port } = parseAddress(address);
    if (this.#credentials === undefined) return connect({ host, port }, onConnect);
    return tls.connect(
      {
        ...this.#credentials,
        host,
        port,
        minVersion: "TLSv1.3",
        ...(isIP(peer) === 0 && { servername: peer }),
        checkServerIdentity: (_host, { raw }) => {
          const names = namesOf(new X509Certificate(raw));
          if (names.includes(peer)) return undefined;
          return new Error(
            `the certificate at ${address} is for ${names.join(", ") || "nobody"}, not for ${peer}`,
          );
        },
      },
      onConnect,
    );
  }
}

/** The DNS names that a certificate is for. Node.js quotes a name that would read as several. */
function namesOf(certificate: X509Certificate | undefined): string[] {
  return (certificate?.subjectAltName ?? "")
    .split(", ")
    .flatMap((name) => (name.startsWith("DNS:") ? name.slice("DNS:".length) : []));
}

function checked(credentials: TlsCredentials, nodeId: string): TlsCredentials {
  const { key, cert, ca } = credentials;
  let names: string[];
  try {
    tls.createSecureContext({ key, cert, ca });
    names = namesOf(new X509Certificate(cert));
  } catch (cause) {
    const what = `the TLS credentials cannot be used: ${(cause as Error).message}`;
    throw new RaftError("RAFT_CONFIG_INVALID", what, { cause });
  }
  if (names.includes(nodeId)) return { key, cert, ca };
  throw new RaftError(
    "RAFT_CONFIG_INVALID",
    `the certificate is for ${names.join(", ") || "nobody"}, not for node ${nodeId}: its subject alternative names must hold that`,
  );
}
