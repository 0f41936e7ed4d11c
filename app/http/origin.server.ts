import { env } from "../env.server";

/** The address that people reach this instance by, for links that leave it. */
export const publicOrigin = (request: Request): string => env.TIEBREAK_ORIGIN ?? new URL(request.url).origin;
