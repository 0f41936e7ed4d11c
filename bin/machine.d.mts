// What TypeScript may use of machine.mjs.
export function requireNode(version?: string): void;
export function requireSystem(system?: { platform: string; musl: boolean; databaseUrl: string }): void;
export function requireDataFolder(folder: string): void;
export function requireSpace(folder: string, bytes: number, what: string): void;
export function passLoopbackByProxy(environment?: NodeJS.Dict<string>): void;
