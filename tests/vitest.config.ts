import path from "node:path";
import { defineConfig } from "vitest/config";

const root = path.resolve(import.meta.dirname, "..");
const alias = { "~": path.join(root, "app") };

/** unit: no database. database: every test file gets an empty, migrated database of its own. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          root,
          include: ["{app,bin,seed,tests}/**/*.test.{ts,tsx}"],
          exclude: ["**/*.db.test.ts", "tests/browser/**", "node_modules/**"],
          setupFiles: ["tests/support/unit-setup.ts"],
          // For machines that do much else: a test that hangs is still found.
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "database",
          root,
          include: ["{app,bin,seed,tests}/**/*.db.test.ts"],
          exclude: ["node_modules/**"],
          globalSetup: ["tests/support/database-server.ts"],
          setupFiles: ["tests/support/database-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // Projects with different numbers of workers run one after the other.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
