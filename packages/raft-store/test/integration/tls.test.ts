import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { TlsCredentials } from "../../src/index.ts";
import { encodeFrameHeader } from "../../src/frame.ts";
import { nodeRuntime } from "../../src/node-runtime.ts";
import { FrameKind } from "../../src/transport/framed-socket.ts";
import { encodeHandshake, PROTOCOL_VERSION } from "../../src/transport/handshake.ts";
import { TcpLink } from "../../src/transport/tcp-link.ts";
import { parseAddress } from "../../src/transport/tcp-options.ts";
import { TcpTransport } from "../../src/transport/tcp-transport.ts";
import { type NodeId, nodeId } from "../../src/units.ts";
import { Authority } from "./certificates.ts";
import { freeAddress, until } from "./cluster.ts";
import { StoreCluster } from "./store-cluster.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const a = nodeId("a");
const b = nodeId("b");

class End {
  readonly id: NodeId;
  readonly transport: TcpTransport;
  readonly frames: string[] = [];
  readonly warnings: string[] = [];
  connected = 0;

  constructor(id: NodeId, listen: string, tls: TlsCredentials | undefined) {
    this.id = id;
    const options = { clusterId: "c", nodeId: id, incarnation: `${id}-1`, listen };
    this.transport = new TcpTransport({ ...options, ...(tls !== undefined && { tls }) }, nodeRuntime);
    opened.push(this.transport);
  }

  start(): Promise<void> {
    return this.transport.start({
      onFrame: (from, frame) => this.frames.push(`${from}: ${Buffer.from(frame).toString()}`),
      onConnected: () => {
        this.connected += 1;
      },
      onDisconnected: () => {
        this.connected -= 1;
      },
      onGone: () => {},
      admit: async () => undefined,
      onWarning: (message) => this.warnings.push(message),
    });
  }
}

async function pair(
  tls: readonly [TlsCredentials | undefined, TlsCredentials | undefined],
): Promise<{ one: End; other: End; addresses: Map<NodeId, string> }> {
  const addresses = new Map([
    [a, await freeAddress()],
    [b, await freeAddress()],
  ]);
  const one = new End(a, addresses.get(a) as string, tls[0]);
  const other = new End(b, addresses.get(b) as string, tls[1]);
  for (const each of [one, other]) {
    await each.start();
    each.transport.setPeers(addresses);
  }
  return { one, other, addresses };
}

const warned = (end: End, text: string): Promise<true> =>
  until(async () => (end.warnings.some((warning) => warning.includes(text)) ? true : undefined));
const connected = (...ends: readonly End[]): Promise<true> =>
  until(async () => (ends.every((end) => end.connected === 1) ? true : undefined));

describe("nodes with certificates", () => {
  test("talk, and whoever speaks plainly to them is refused", async () => {
    const authority = new Authority();
    const { one, other } = await pair([authority.issue("a"), authority.issue("b", "localhost")]);
    await connected(one, other);
    one.transport.send(b, [Buffer.from("hello")]);
    await until(async () => (other.frames.length > 0 ? true : undefined));
    expect(other.frames).toEqual(["a: hello"]);
    const socket = connect(parseAddress(one.transport.address()));
    socket.on("error", () => {
      // A reset is one way of being refused.
    });
    socket.write('{"protocol":"quorumbook-raft","type":"hello"}');
    await new Promise((resolve) => socket.once("close", resolve));
    await warned(one, "no TLS connection");
    expect(one.connected).toBe(1);
  });

  test("have nothing to do with a node that has none, in neither direction", async () => {
    const { one, other } = await pair([new Authority().issue("a"), undefined]);
    await warned(one, "no TLS connection");
    await warned(other, "malformed");
    expect(one.connected + other.connected).toBe(0);
  });

  test("of another authority are refused", async () => {
    const { one, other } = await pair([new Authority().issue("a"), new Authority().issue("b")]);
    await warned(one, "no TLS connection");
    await warned(other, "no TLS connection");
    expect(one.connected + other.connected).toBe(0);
  });

  test("cannot pass themselves off as another member", async () => {
    const authority = new Authority();
    const { one, other } = await pair([authority.issue("a"), authority.issue("b")]);
    await connected(one, other);
    await other.transport.close();
    // A certificate of the right authority, for c: its holder listens where b did, and dials as b.
    const link = new TcpLink("c", authority.issue("c"), 2000);
    const server = link.createServer({
      onSocket: (socket) => {
        socket.on("error", () => socket.destroy());
        socket.resume();
      },
      onRefused: () => {},
      hasRoom: () => true,
    });
    const { host, port } = parseAddress(other.transport.address());
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    await warned(one, "is for c, not for b");
    await new Promise((resolve) => server.close(resolve));

    const hello = encodeHandshake({
      type: "hello",
      version: PROTOCOL_VERSION,
      versionMin: PROTOCOL_VERSION,
      clusterId: "c",
      from: { nodeId: "b", incarnation: "b-1", epoch: "" },
      to: "a",
      nonce: "n",
    });
    const socket = link.connect(one.transport.address(), "a", () => {
      socket.write(encodeFrameHeader(FrameKind.handshake, [hello]));
      socket.write(hello);
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await warned(one, "the certificate shown is not for b");
    await closed;
  });

  test("take new certificates without a restart, old connections go on, and one that is not theirs is refused", async () => {
    const before = new Authority("before");
    const after = new Authority("after");
    const both = before.certificate + after.certificate;
    const { one, other, addresses } = await pair([
      { ...before.issue("a"), ca: both },
      { ...before.issue("b"), ca: both },
    ]);
    await connected(one, other);
    expect(() => one.transport.reloadTls(after.issue("c"))).toThrow("not for node a");
    expect(() => one.transport.reloadTls({ key: "", cert: "", ca: "" })).toThrow("cannot be used");
    one.transport.reloadTls({ ...after.issue("a"), ca: after.certificate });
    one.transport.send(b, [Buffer.from("still here")]);
    await until(async () => (other.frames.length > 0 ? true : undefined));
    // From now on only those of the new authority are let in.
    await other.transport.close();
    const old = new End(b, addresses.get(b) as string, { ...before.issue("b"), ca: both });
    await old.start();
    old.transport.setPeers(addresses);
    await warned(one, "no TLS connection");
    old.transport.reloadTls({ ...after.issue("b"), ca: after.certificate });
    await connected(one, old);
  });
});

describe("a cluster with certificates", () => {
  test("replicates, and refuses credentials that are not the node's", async () => {
    const authority = new Authority();
    const cluster = await StoreCluster.make(["a", "b", "c"]);
    opened.push({ close: () => cluster.end() });
    for (const id of ["a", "b", "c"]) await cluster.start(id, { tls: authority.issue(id) });
    await cluster.write(1, 20);
    await Promise.all([...cluster.stores.values()].map((store) => store.readBarrier()));
    for (const ledger of cluster.ledgers.values()) expect(ledger.ids).toHaveLength(20);
    cluster.store("a").reloadTls(authority.issue("a"));
    await cluster.stop("c");
    const refused = cluster.start("c", { tls: authority.issue("b") });
    await expect(refused).rejects.toMatchObject({ code: "RAFT_CONFIG_INVALID" });
  });
});
