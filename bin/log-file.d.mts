export function asJson(line: string): string;
