// What TypeScript may use of reasons.mjs.
export function npmReason(output: string, environment?: NodeJS.Dict<string>): string;
export function pipReason(output: string, environment?: NodeJS.Dict<string>): string;
