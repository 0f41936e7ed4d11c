import { randomBytes } from "node:crypto";

let last = 0n;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random bits. Those of one process rise
 * strictly, because within a millisecond they are counted up: rows of one batch keep the order of their file.
 */
export function uuidv7(now = Date.now()): string {
  const fresh = (BigInt(now) << 74n) | (BigInt(`0x${randomBytes(10).toString("hex")}`) >> 6n);
  last = fresh >> 74n > last >> 74n ? fresh : last + 1n;
  const time = (last >> 74n).toString(16).padStart(12, "0");
  const high = ((last >> 62n) & 0xfffn).toString(16).padStart(3, "0");
  const low = ((last & 0x3fffffffffffffffn) | 0x8000000000000000n).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${low.slice(0, 4)}-${low.slice(4)}`;
}

/** When a UUID of version 7 was made, in milliseconds since 1970. */
export const uuidTime = (uuid: string) => Number.parseInt(uuid.replaceAll("-", "").slice(0, 12), 16);
