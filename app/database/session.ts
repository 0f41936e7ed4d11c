/** What every connection says first. Queries here are short; compiling one would cost more than running it. */
export const SESSION = "SET jit = off";
