import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { type Instance, startInstance } from "./instance";
import { watchPage } from "./page-errors";
import { type World, openWorld } from "./world";

/** `fresh`, the name of a file, gives that file an instance of its own, on which nothing has happened yet. Two files with one name may share one. */
type PerWorker = { fresh: string | false; instance: Instance; world: World };
type PerTest = {
  pageErrors: string[];
  signIn: (role: "annotator" | "reviewer" | "admin", name?: string) => Promise<{ id: string; email: string }>;
  /** A page of another person, in a browser that shares no cookie with `page`. */
  otherBrowser: () => Promise<Page>;
};

/**
 * Tests that talk to a whole Tiebreak. `world` makes people and pools through the application's own commands;
 * `signIn` opens a session as a new person. A page error, a console error or a request to another host fails the test.
 */
export const test = base.extend<PerTest, PerWorker>({
  fresh: [false, { option: true, scope: "worker" }],
  instance: [
    async ({}, provide) => {
      const instance = await startInstance();
      await provide(instance);
      await instance.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  world: [
    async ({ instance }, provide) => {
      const world = await openWorld(instance.dataDir);
      await provide(world);
      await world.close();
    },
    { scope: "worker", timeout: 180_000 },
  ],
  baseURL: async ({ instance }, provide) => provide(instance.url),
  pageErrors: [
    async ({ page, instance }, provide) => {
      const errors = watchPage(page, instance.url);
      await provide(errors);
      expect(errors, "errors on the page").toEqual([]);
    },
    { auto: true },
  ],
  signIn: async ({ context, world, instance }, provide) => {
    await provide(async (role, name = role) => {
      const { id, email, cookie } = await world.person(role, name);
      await context.addCookies([{ ...cookie, url: instance.url }]);
      return { id, email };
    });
  },
  otherBrowser: async ({ browser, instance, pageErrors }, provide) => {
    const contexts: BrowserContext[] = [];
    await provide(async () => {
      const context = await browser.newContext({ baseURL: instance.url });
      contexts.push(context);
      const page = await context.newPage();
      watchPage(page, instance.url, pageErrors);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

export { expect };

/** Zero violations of WCAG 2.2 A and AA, in the light and the dark scheme. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ["light", "dark"]) {
    // Colours are judged once they have arrived, not halfway through a transition.
    await page.evaluate(async (choice) => {
      document.documentElement.dataset.themeChoice = choice;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const running = () => document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      // The end of one may begin the next, in a child that inherits its colour; and a key that was just pressed may not be drawn yet.
      for (let still = 0; still < 3; still++) {
        await frame();
        const transitions = running();
        if (transitions.length > 0) still = 0;
        await Promise.allSettled(transitions.map(({ finished }) => finished));
      }
    }, theme);
    // No page has frames of other sites, for which axe would open a page of its own each time.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    // The schemes differ in nothing but colours.
    if (theme === "light") axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
    else axe.withRules(["color-contrast", "link-in-text-block"]);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, nodes }) => `${id} (${theme}): ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
    expect(found).toEqual([]);
  }
}
