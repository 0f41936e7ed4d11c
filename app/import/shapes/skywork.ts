import { facts, preferred } from "./build";
import { has, type Shape } from "./shape";

export const skywork: Shape = {
  id: "skywork",
  name: "Skywork preferences",
  fields: "chosen, rejected (dialogues), source",
  fits: (row) => has(row, "chosen", "rejected", "source") && !has(row, "prompt"),
  read: (row, options) => preferred({ row, metadata: facts(row, "chosen", "rejected") }, options),
  becomes: "a comparison and a vote for `chosen`; `source` is kept as metadata",
};
