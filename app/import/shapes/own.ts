import { readNative, readPreference } from "../rows";
import { promptWarning } from "../dialogue";
import type { Shape } from "./shape";

export const native: Shape = {
  id: "tiebreak",
  name: "Tiebreak",
  fields: "prompt, and responses where there are some",
  fits: () => true,
  read: (row, options) => ({ rows: [readNative(row, options)] }),
  becomes: "a prompt with its responses, known answer and votes",
};

export const preference: Shape = {
  id: "preference",
  name: "Preferences (TRL, HH-RLHF, our releases)",
  fields: "chosen, rejected",
  fits: (row) => "chosen" in row || "rejected" in row,
  read: (row, options) => {
    const { implicit, ...read } = readPreference(row, options);
    return { rows: [read], ...(implicit && promptWarning(read.messages)) };
  },
  becomes: "a comparison and a vote for `chosen`",
};
