import { createHmac, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Random } from "../season/random.ts";

/** Where an attack goes, and with what. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** A good token, to get past the first check, and to tamper with. */
  readonly token: string;
  /** The public keys as auth-server gives them, for whoever signs with what is not a secret. */
  readonly jwks: string;
  readonly sockets: number;
  readonly random: Random;
}

export interface Attack {
  readonly name: string;
  /** Goes on until told, and lets go of everything. */
  run(target: Target, until: () => boolean): Promise<void>;
}

/** Connections of one attack that are at work at once. */
const AT_ONCE = 32;
/** An exchange that gets no end is given up. */
const EXCHANGE_MS = 3_000;

export const attacks: readonly Attack[] = [
  exchanges("malformed JSON", (target) => post(target, malformed(target.random))),
  exchanges("deep nesting", (target) => {
    const depth = target.random.int(100, 15_000);
    return post(target, `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
  }),
  exchanges("huge bodies", (target) => {
    const head = requestHead(target, "/api/bets", ["content-type: application/json"]);
    const kind = target.random.int(0, 2);
    if (kind === 0) return `${head}content-length: 2000000000\r\n\r\n${"x".repeat(200_000)}`;
    if (kind === 1) return `${head}transfer-encoding: chunked\r\n\r\n${"40000\r\n".padEnd(262_151, "x")}\r\n`;
    return post(target, `{"amount":${" ".repeat(900_000)}1}`);
  }),
  exchanges("invalid UTF-8", (target) => {
    const body = Buffer.concat([
      Buffer.from('{"reason":"'),
      randomBytes(64),
      Buffer.from([0xc3, 0x28, 34, 125]),
    ]);
    return Buffer.concat([Buffer.from(postHead(target, body.length)), body]);
  }),
  exchanges("noise for HTTP", (target) => {
    const kinds: readonly (string | Buffer)[] = [
      randomBytes(512),
      "GET /api/games HTTP/9.9\r\n\r\n",
      `GET /api/games HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(5_000)}\r\n`,
      `GET /${"x".repeat(60_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      "POST /api/bets HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "GET /api/games HTTP/1.1\r\nhost: x\r\n\r\n".repeat(200),
      "GET /api/../metrics HTTP/1.1\r\nhost: x\r\n\r\nGET /%2e%2e/healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    return target.random.pick(kinds);
  }),
  exchanges("tampered tokens", (target) => {
    const head = `GET /api/balance HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
    return `${head}authorization: Bearer ${tampered(target)}\r\n\r\n`;
  }),
  { name: "slow requests", run: slowLoris },
  { name: "idle sockets", run: idleSockets },
  exchanges("WebSocket frames at random", (target) =>
    Buffer.concat([upgrade(target), frames(target.random)]),
  ),
];

/** An attack of many short exchanges: bytes out, whatever comes back in, and the next. */
function exchanges(name: string, bytes: (target: Target) => string | Buffer): Attack {
  return {
    name,
    async run(target, until) {
      const worker = async (): Promise<void> => {
        while (!until()) await exchange(target, bytes(target));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
  };
}

function exchange({ host, port }: Target, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const timer = setTimeout(() => socket.destroy(), EXCHANGE_MS);
    socket.on("data", () => undefined);
    // What the other side does to an attacker is its right.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write(bytes);
    // Half closed: most exchanges end by themselves, the others by the timer.
    socket.end();
  });
}

/** Headers and bodies that drip, a byte a second, on many connections. */
async function slowLoris(target: Target, until: () => boolean): Promise<void> {
  const head = requestHead(target, "/api/deposits", ["content-type: application/json"]);
  const whole = [`${head}x-slow: `, `${head}content-length: 100\r\n\r\n{"amount": `, ""];
  const open = await openMany(target, Math.min(target.sockets, 1_000), until);
  for (const [at, socket] of open.entries()) socket.write(whole[at % whole.length] ?? "");
  while (!until()) {
    await pause(1_000);
    for (const socket of open) if (socket.writable) socket.write(" ");
  }
  for (const socket of open) socket.destroy();
}

/** Half of them say nothing at all, half are WebSockets that never say a word. */
async function idleSockets(target: Target, until: () => boolean): Promise<void> {
  const open = await openMany(target, target.sockets, until);
  const hello = upgrade(target);
  for (const [at, socket] of open.entries()) if (at % 2 === 0 && socket.writable) socket.write(hello);
  while (!until()) await pause(100);
  for (const socket of open) socket.destroy();
}

async function openMany({ host, port }: Target, count: number, until: () => boolean): Promise<Socket[]> {
  const open: Socket[] = [];
  while (open.length < count && !until()) {
    for (let some = 0; some < 100 && open.length < count; some += 1) {
      const socket = connect(port, host);
      socket.on("data", () => undefined);
      socket.on("error", () => socket.destroy());
      open.push(socket);
    }
    await pause(10);
  }
  return open;
}

function requestHead({ token }: Target, path: string, headers: readonly string[]): string {
  const all = ["host: x", `authorization: Bearer ${token}`, "idempotency-key: hostile-00000001", ...headers];
  return `POST ${path} HTTP/1.1\r\n${all.join("\r\n")}\r\n`;
}

function postHead(target: Target, length: number): string {
  const headers = ["content-type: application/json", `content-length: ${length}`, "connection: close"];
  return `${requestHead(target, "/api/bets", headers)}\r\n`;
}

function post(target: Target, body: string): string {
  return postHead(target, Buffer.byteLength(body)) + body;
}

function malformed(random: Random): string {
  return random.pick([
    "{",
    '{"gameId":1,}',
    "[1,2,3]",
    "null",
    '"text"',
    '{"gameId":1e999,"outcome":"opt1","stake":-1,"odds":null}',
    '{"__proto__":{"admin":true},"constructor":{},"gameId":1}',
    `{"outcome":"${"\\u0000".repeat(2_000)}"}`,
    `{"stake":${"9".repeat(5_000)}}`,
    `{${'"a":1,'.repeat(5_000)}"b":2}`,
    randomBytes(200).toString("latin1"),
  ]);
}

/** A good token made bad, in one of the ways that libraries have fallen for. */
function tampered({ token, jwks, random }: Target): string {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const decoded = JSON.parse(Buffer.from(claims, "base64url").toString()) as object;
  const admin = encode({ ...decoded, role: "admin" });
  const hs = `${encode({ alg: "HS256", typ: "JWT" })}.${admin}`;
  return random.pick([
    `${header}.${admin}.${signature}`,
    `${encode({ alg: "none" })}.${admin}.`,
    `${encode({ alg: "none" })}.${admin}.${signature}`,
    `${hs}.${createHmac("sha256", jwks).update(hs).digest("base64url")}`,
    `${header}.${encode({ ...decoded, exp: 4_000_000_000 })}.${signature}`,
    `${encode({ alg: "EdDSA", jwk: { kty: "OKP" }, kid: "../../etc/passwd" })}.${admin}.${signature}`,
    `${header}.${claims}.${randomBytes(64).toString("base64url")}`,
    "a.b.c",
    "x".repeat(8_000),
    `${token}${token}`,
  ]);
}

function upgrade(_target: Target): Buffer {
  const key = randomBytes(16).toString("base64");
  return Buffer.from(
    `GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
      `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
  );
}

/** Frames of every kind, most of them wrong: reserved bits and codes, unmasked, lengths that lie, text that is none. */
function frames(random: Random): Buffer {
  const some: Buffer[] = [];
  for (let left = random.int(1, 30); left > 0; left -= 1) {
    const kind = random.int(0, 5);
    const payload = kind === 0 ? Buffer.from(randomMessage(random)) : randomBytes(random.int(0, 2_000));
    if (kind === 5) some.push(payload);
    else some.push(frame(kind < 3 ? 0x81 : random.int(0, 255), payload, kind !== 4, kind === 3));
  }
  return Buffer.concat(some);
}

function frame(first: number, payload: Buffer, isMasked: boolean, lies: boolean): Buffer {
  const length = lies ? 2 ** 40 : payload.length;
  const head = Buffer.alloc(length > 65_535 ? 10 : length > 125 ? 4 : 2);
  head[0] = first;
  const mask = isMasked ? 0x80 : 0;
  if (head.length === 10) {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  } else if (head.length === 4) {
    head[1] = mask | 126;
    head.writeUInt16BE(length, 2);
  } else head[1] = mask | length;
  if (!isMasked) return Buffer.concat([head, payload]);
  const key = randomBytes(4);
  const masked = payload.map((byte, at) => byte ^ (key[at % 4] ?? 0));
  return Buffer.concat([head, key, masked]);
}

function randomMessage(random: Random): string {
  return random.pick([
    '{"type":"ping"}',
    '{"type":"subscribe","games":"all","from":0}',
    `{"type":"subscribe","games":[${"1,".repeat(999)}1]}`,
    '{"type":"authenticate","token":"a.b.c","from":1}',
    '{"type":"placeBet","requestId":"hostile-1","gameId":1}',
    '{"type":"__proto__"}',
    `${"[".repeat(8_000)}${"]".repeat(8_000)}`,
    "x".repeat(17_000),
  ]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
