/** npm run bench -- NAME [arguments]: runs tests/bench/NAME.ts, which says what it measures. Results are in docs/benchmarks.md. */
const [which = "", ...rest] = process.argv.slice(2);
if (!/^[a-z-]+$/.test(which)) throw new Error("Say which benchmark: npm run bench -- release");
const { bench } = (await import(`./${which}.ts`)) as { bench: (rest: string[]) => Promise<void> };
await bench(rest);

export {};
