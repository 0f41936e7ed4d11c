import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";

/**
 * A line of the log. The web application writes JSON; what the engine says of a process that it ends, or a program that was started by
 * it, becomes the message of an object.
 */
export const asJson = (line) => (line.startsWith('{"level":') ? line : JSON.stringify({ level: 50, time: Date.now(), msg: line }));

const MOST_BYTES = 10_000_000;

/** A file that lines are added to. When it has grown large it becomes FILE.1, in place of the one that was so before. */
export function openLog(file, mostBytes = MOST_BYTES) {
  let descriptor;
  let size = 0;
  const open = () => {
    mkdirSync(path.dirname(file), { recursive: true });
    descriptor = openSync(file, "a", 0o600);
    size = fstatSync(descriptor).size;
  };
  return {
    file,
    write(text) {
      // A full disk must not end what the log is about.
      try {
        if (descriptor === undefined) open();
        size += writeSync(descriptor, text);
        if (size < mostBytes) return;
        closeSync(descriptor);
        descriptor = undefined;
        renameSync(file, `${file}.1`);
      } catch {
        // It is tried again with the next line.
      }
    },
  };
}
