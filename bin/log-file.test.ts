import { expect, it } from "vitest";
import { asJson } from "./log-file.mjs";

it("every line of the log is one JSON object, whoever wrote it", () => {
  const own = '{"level":30,"time":1,"msg":"Tiebreak is up"}';
  expect(asJson(own)).toBe(own);
  const engine = "FATAL ERROR: Reached heap limit Allocation failed";
  expect(JSON.parse(asJson(engine))).toMatchObject({ level: 50, msg: engine });
  expect(asJson("Error: no\n    at here").split("\n")).toHaveLength(1);
});
