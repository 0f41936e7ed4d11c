import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isComposing } from "./composition";

const sources = readdirSync("app", { recursive: true, encoding: "utf8" })
  .map((name) => `app/${name}`)
  .filter((file) => /(?<!\.test)\.tsx?$/.test(file) && file !== "app/ui/composition.ts")
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));

describe("keys of an input method", () => {
  it.each([
    ["in a composition", { isComposing: true, keyCode: 27 }, true],
    ["in Safari, right after it", { isComposing: false, keyCode: 229 }, true],
    ["of their own", { isComposing: false, keyCode: 27 }, false],
  ])("are told %s", (_, event, composing) => expect(isComposing(event)).toBe(composing));

  it("are kept from every handler, since the door is the first listener of the page", () => {
    const entry = readFileSync("app/entry.client.tsx", "utf8");
    expect(entry.indexOf("keepCompositionFromHandlers()")).toBeGreaterThan(0);
    expect(entry.indexOf("keepCompositionFromHandlers()")).toBeLessThan(entry.indexOf("hydrateRoot("));
  });

  it("pass no handler by, since none but the clock listens to keys on the window, before the door", () => {
    const onWindow = sources.filter(({ text }) => /(?:^|[^.\w]|window\.)addEventListener\(\s*"key/m.test(text));
    expect(onWindow.map(({ file }) => file)).toEqual([]);
    // The clock hears every key, as a sign of life, and does nothing else with it.
    const listed = sources.filter(({ text }) => /"key(?:down|up|press)",/.test(text) && !/\w\.addEventListener\("key/.test(text));
    expect(listed.map(({ file }) => file)).toEqual(["app/annotate/client/use-stopwatch.ts"]);
  });
});
