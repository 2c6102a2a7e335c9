// A plain socket for load, as cheap as can be on the two cores that are measured: what comes in is read into one buffer.
import { connect, type Socket } from "node:net";

const READ_BYTES = 65_536;

export interface QuickSocket {
  readonly socket: Socket;
  /** Who is given what comes in, valid until it returns; before that it is lost, so that a client speaks first. */
  onBytes: (bytes: Buffer) => void;
}

/** Connects to a port on loopback. */
export async function openQuickSocket(port: number): Promise<QuickSocket> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const socket = connect({
    host: "127.0.0.1",
    port,
    noDelay: true,
    onread: {
      buffer,
      callback: (bytes) => {
        opened.onBytes(buffer.subarray(0, bytes));
        return true;
      },
    },
  });
  const opened: QuickSocket = { socket, onBytes: () => undefined };
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return opened;
}
