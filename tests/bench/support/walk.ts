import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, expect as base, type Page } from "@playwright/test";
import { findBrowser } from "../../../bin/setup.mjs";
import { watchPage } from "../../browser/page-errors";

/** Waits longer than a test would: a walk has real work behind its pages. */
export const expect = base.configure({ timeout: 30_000 });

/** A browser that walks through the pages, with a picture of each step if a folder for them is named. */
export class Walk {
  private count = 0;
  private readonly errors: string[][] = [];

  private constructor(
    private readonly browser: Browser,
    readonly url: string,
    private readonly shots: string | undefined,
  ) {}

  static async start(url: string, shots?: string): Promise<Walk> {
    if (shots) mkdirSync(shots, { recursive: true });
    const args = ["--disable-background-networking", "--disable-component-update", "--no-sandbox"];
    return new Walk(await chromium.launch({ executablePath: await findBrowser(), args }), url, shots);
  }

  /** A person of their own, who is not signed in yet. */
  async open(): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: this.url, viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    this.errors.push(watchPage(page, this.url));
    return page;
  }

  async shot(page: Page, name: string, fullPage = false): Promise<void> {
    if (!this.shots) return;
    this.count += 1;
    // What sticks to the top of the window would otherwise stand in the middle of the picture.
    if (fullPage) await page.evaluate("scrollTo(0, 0)");
    await page.screenshot({ path: path.join(this.shots, `${String(this.count).padStart(2, "0")}-${name}.png`), fullPage });
  }

  /** Leaves a picture of every page as it is, for whoever asks why the walk stopped. */
  async fail(): Promise<void> {
    for (const page of this.browser.contexts().flatMap((context) => context.pages()))
      await this.shot(page, "where-it-stopped", true).catch(() => undefined);
    await this.browser.close();
  }

  /** Fails if any page had an error on the way. */
  async end(): Promise<void> {
    await this.browser.close();
    base(this.errors.flat(), "errors on the pages").toEqual([]);
  }
}

const PASSWORD = "a sentence that is long";

async function fillAccount(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").fill(`${name.split(" ")[0]?.toLowerCase()}@example.org`);
  await page.getByLabel("Password").fill(PASSWORD);
}

/** The first start of an empty instance: the admin makes their account. */
export async function firstAdmin(walk: Walk): Promise<Page> {
  const page = await walk.open();
  await page.goto("/");
  await fillAccount(page, "Ada Admin");
  await walk.shot(page, "first-admin");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/admin/);
  await walk.shot(page, "overview-empty");
  return page;
}

/** The admin among the accounts that the demo seed made. */
export async function demoAdmin(walk: Walk, dataDir: string): Promise<Page> {
  const accounts = JSON.parse(readFileSync(path.join(dataDir, "demo-accounts.json"), "utf8")) as Record<string, string>[];
  const { email = "", password = "" } = accounts.find(({ role }) => role === "admin") ?? {};
  const page = await walk.open();
  await page.goto("/login");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/admin/);
  return page;
}

/** An annotator comes in by the link that the admin makes. */
export async function invitedAnnotator(walk: Walk, admin: Page): Promise<Page> {
  await admin.goto("/admin/people");
  await admin.getByLabel("For whom").fill("Ann, for the walk");
  await admin.getByRole("button", { name: "Make a link" }).click();
  const link = await admin.getByLabel("Invitation link").inputValue();
  await walk.shot(admin, "invite");
  const page = await walk.open();
  await page.goto(link);
  await fillAccount(page, "Ann Annotator");
  await walk.shot(page, "join");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/annotate/);
  return page;
}
