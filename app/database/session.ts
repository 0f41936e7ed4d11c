/**
 * What every connection says first. Queries here are short; compiling one would cost more than running it. A lock that is not given
 * in a minute is held by something that hangs, and an error says more than waiting with it.
 */
export const SESSION = "SET jit = off; SET lock_timeout = '60s'";
