// Browsers that have logged in to an account before, told by a cookie that this server signed ("device cookies" of
// OWASP). Nothing is kept: the cookie proves itself, over restarts and on every server with the same secret.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../units.ts";

/** Seconds that a device stays known without a login: half a year. */
export const DEVICE_LIFETIME = 180 * 24 * 3600;

const ID_BYTES = 12;
const FORM = /^(?<id>[A-Za-z0-9_-]{16})\.(?<issuedAt>[1-9][0-9]{0,15})\.(?<mac>[A-Za-z0-9_-]{43})$/;

/** The account that a device is known to. A new password makes it strange again to all devices. */
interface Account {
  /** In the form that is unique. */
  readonly name: string;
  readonly passwordHash: string;
}

export interface KnownDevices {
  /** The cookie of a device that has just logged in to the account. */
  issue(account: Account): string;
  /** Which device this is, if the cookie was issued for this account; it says nothing about any other account. */
  recognise(cookie: string, account: Account): string | undefined;
}

/** @param secret 256 bits that only the servers know */
export function knownDevices(secret: Buffer, clock: Clock): KnownDevices {
  const macOf = (id: string, issuedAt: number, { name, passwordHash }: Account): Buffer =>
    createHmac("sha256", secret)
      .update(JSON.stringify(["device", id, issuedAt, name, passwordHash]))
      .digest();
  return {
    issue(account) {
      const id = randomBytes(ID_BYTES).toString("base64url");
      const issuedAt = clock();
      return `${id}.${issuedAt}.${macOf(id, issuedAt, account).toString("base64url")}`;
    },
    recognise(cookie, account) {
      const { id, issuedAt, mac } = FORM.exec(cookie)?.groups ?? {};
      if (id === undefined || issuedAt === undefined || mac === undefined) return undefined;
      const at = Number(issuedAt);
      if (at > clock() || at <= clock() - DEVICE_LIFETIME * 1000) return undefined;
      return timingSafeEqual(Buffer.from(mac, "base64url"), macOf(id, at, account)) ? id : undefined;
    },
  };
}
