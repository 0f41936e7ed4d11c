import { randomBytes } from "node:crypto";

/** The name under which a person appears in releases: random, so that it tells nothing and nobody can compute it back. */
export const newPseudonym = (): string => `annotator-${randomBytes(5).toString("hex")}`;
