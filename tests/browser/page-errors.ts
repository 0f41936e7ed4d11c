import type { Page } from "@playwright/test";

/** Collects what must never happen on a page: an error, an error in the console, a request to another host. */
export function watchPage(page: Page, url: string, errors: string[] = []): string[] {
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) errors.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) errors.push(`A request left the site: ${request.url()}`);
  });
  return errors;
}
