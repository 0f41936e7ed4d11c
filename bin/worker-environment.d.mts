// What TypeScript may use of worker-environment.mjs.
export function workerProgram(name: string): string;
export function findPython(named: string | undefined, names: string[]): string;
