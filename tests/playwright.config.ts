import path from "node:path";
import { defineConfig } from "@playwright/test";

const asRoot = process.getuid?.() === 0;

/** Real server, real database, real browser. Each worker process starts an instance of its own (tests/browser/instance.ts). */
export default defineConfig({
  testDir: path.join(import.meta.dirname, "browser"),
  outputDir: path.resolve("test-results"),
  fullyParallel: false,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    // Recording makes the tests a third slower; `--trace on` for one that fails.
    trace: "off",
    // What passes through one is out of the tests' sight; the one that tries it allows it.
    serviceWorkers: "block",
    launchOptions: {
      executablePath: process.env.TIEBREAK_BROWSER,
      args: ["--disable-background-networking", "--disable-component-update", ...(asRoot ? ["--no-sandbox"] : [])],
    },
  },
});
