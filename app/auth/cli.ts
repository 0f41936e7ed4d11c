import type { Command } from "../cli";

const run =
  (name: "resetPassword" | "createAdmin"): Command["run"] =>
  async (input) =>
    (await import("./command-line.server"))[name](input);
const notes = "The link works once, for a day. Open it while Tiebreak runs. Whoever has it can sign in: hand it to that person alone.";

export const resetPassword: Command = {
  name: "reset-password",
  summary: "Make a link with which somebody sets a new password, the last admin as well. Their sessions end when they do.",
  positionals: ["EMAIL"],
  options: {},
  notes,
  run: run("resetPassword"),
};

export const createAdmin: Command = {
  name: "create-admin",
  summary: "Make an admin, for when nobody can sign in as one. An account that is there becomes one, and is opened if it was closed.",
  positionals: ["EMAIL"],
  options: { name: { value: "NAME", help: "The name of a new account; the part before the @ when it is not given." } },
  notes,
  run: run("createAdmin"),
};
