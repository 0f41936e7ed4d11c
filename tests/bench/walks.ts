import { spawnSync } from "node:child_process";

/** 500 random walks of a person through the page in a browser (tests/browser/annotate-walks.spec.ts): whether every vote says what was shown. */
export function bench([walks = "500"]: string[]): Promise<void> {
  const args = ["playwright", "test", "--config", "tests/playwright.config.ts", "annotate-walks"];
  const { status } = spawnSync("npx", args, { stdio: "inherit", env: { ...process.env, TIEBREAK_WALKS: walks } });
  process.exitCode = status ?? 1;
  return Promise.resolve();
}
