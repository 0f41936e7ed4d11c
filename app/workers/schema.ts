import { z } from "zod";
import { PROTOCOL, serving } from "../contract/jobs";
import { EXPIRY_DAYS } from "../tokens/schema";

/** What a worker's row keeps of its inference backend; the address has a column of its own. */
export const storedServing = serving.omit({ url: true, key: true }).extend({ sealedKey: z.string() });
export type StoredServing = z.infer<typeof storedServing>;

/** A worker that has not been heard of for this long is shown as gone. Idle workers call at least every 25 seconds. */
export const GONE_AFTER_SECONDS = 90;

export const newWorkerToken = z.object({
  name: z.string().trim().min(1, "Say what the token is for, such as the machine's name.").max(100),
  expires: z.enum(EXPIRY_DAYS).default("never"),
});

/** Who of the two has to be updated, when a worker speaks another version of the protocol. */
export const protocolAdvice = (version: number): string =>
  version < PROTOCOL
    ? `This worker speaks protocol ${version}, the platform ${PROTOCOL}. Update the worker: pip install --upgrade ./worker from the platform's version.`
    : `This worker speaks protocol ${version}, the platform only ${PROTOCOL}. Update the platform, or install the worker of its version.`;
