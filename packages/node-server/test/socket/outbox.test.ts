import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BUFFER_BYTES_MAX, Outbox } from "../../src/socket/outbox.ts";
import type { SocketConnection } from "../../src/socket/socket-server.ts";

/** A connection whose other end reads when the test says so. */
class StuckConnection implements SocketConnection {
  bufferedBytes = 0;
  sent = 0;
  closedWith: number | undefined;
  terminated = false;

  send(message: string | Uint8Array): void {
    this.sent += 1;
    this.bufferedBytes += message.length;
  }

  ping(): void {
    this.sent += 1;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated = true;
  }
}

let connection: StuckConnection;
let outbox: Outbox;
const kilobyte = "x".repeat(1_024);

beforeEach(() => {
  vi.useFakeTimers();
  connection = new StuckConnection();
  outbox = new Outbox(connection);
});
afterEach(() => vi.useRealTimers());

it("a client that does not read costs a megabyte, and is then let go with 1013", () => {
  for (let i = 0; i < 5_000; i += 1) outbox.send(kilobyte);
  expect(connection.closedWith).toBe(1013);
  expect(connection.bufferedBytes).toBeLessThanOrEqual(BUFFER_BYTES_MAX + 1_024);
  expect(outbox.isOpen).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(connection.terminated).toBe(true);
});

it("a client that reads is never let go", () => {
  for (let i = 0; i < 5_000; i += 1) {
    outbox.send(kilobyte);
    if (i % 500 === 0) connection.bufferedBytes = 0;
  }
  expect(connection.closedWith).toBeUndefined();
  expect(connection.sent).toBe(5_000);
});

it("a large answer that the client asked for does not count against it, until it has been read", () => {
  outbox.sendLarge(["x".repeat(3 * BUFFER_BYTES_MAX)]);
  for (let i = 0; i < 100; i += 1) outbox.send(kilobyte);
  expect(connection.closedWith).toBeUndefined();
  connection.bufferedBytes = 0;
  for (let i = 0; i < 2_000; i += 1) outbox.send(kilobyte);
  expect(connection.closedWith).toBe(1013);
});

it("large answers do not pile up", () => {
  outbox.sendLarge(["x".repeat(2 * BUFFER_BYTES_MAX)]);
  outbox.sendLarge(["x".repeat(2 * BUFFER_BYTES_MAX)]);
  expect(connection.closedWith).toBe(1013);
  expect(connection.sent).toBe(1);
});
