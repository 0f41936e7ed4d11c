import type { Command } from "../cli";

export const command: Command = {
  name: "worker-token",
  summary: "Make a token for a GPU worker, and print it or write it to a file.",
  options: {
    name: { value: "NAME", help: 'What the token is called under Workers ("local").' },
    file: { value: "FILE", help: "Write it here, for the owner only. A file that holds a valid token already is left as it is." },
  },
  notes: "Then: tiebreak-worker run --server URL --token-file FILE. Revoke tokens under Workers.",
  run: async (input) => await (await import("./command-line.server")).run(input),
};
