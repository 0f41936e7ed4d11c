/*
 * Keeps the workbench's page and the files that it needs, for a reload without a connection. Nothing else passes through
 * here: pairs, answers and drafts are not kept, and no answer is ever sent from here. The page holds the person's name, id
 * and keys; signing out, and a page for somebody who is not signed in, removes it.
 */
const SHELL = "tiebreak-shell";
const PAGE = "/annotate";
const ASSET = /\/build\/[\w./-]+/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** The workbench is on screen. It may have come without a request for its page: from a link, or before this script. */
self.addEventListener("message", (event) => event.waitUntil(keepUnlessKept().catch(() => undefined)));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (/^\/log(out|in)\b/.test(url.pathname)) event.waitUntil(caches.delete(SHELL));
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event));
  else if (url.pathname.startsWith("/build/")) event.respondWith(asset(request));
});

const keptPage = () => caches.match(PAGE, { ignoreVary: true });

async function keepUnlessKept() {
  if (!(await keptPage())) await keep(await fetch(PAGE, { redirect: "manual" }));
}

/** From the server whenever it answers, else as it was last. A proxy without its server has no answer. */
async function page(event) {
  let response;
  try {
    response = await fetch(event.request);
    if (response.status < 502 || response.status > 504) {
      event.waitUntil(keep(response.clone()).catch(() => undefined));
      return response;
    }
  } catch {
    response = Response.error();
  }
  return (await keptPage()) ?? response;
}

/** Files of the build have their hash in their name: one that is kept is right. */
async function asset(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  const shell = await caches.open(SHELL);
  // Only beside a page: after signing out nothing is kept.
  if (response.ok && (await shell.match(PAGE, { ignoreVary: true }))) await shell.put(request, response.clone());
  return response;
}

async function keep(response) {
  // To the sign-in page.
  if (response.type === "opaqueredirect" || response.redirected) return void (await caches.delete(SHELL));
  if (!response.ok) return;
  const shell = await caches.open(SHELL);
  const files = [...new Set((await response.clone().text()).match(ASSET) ?? [])];
  const kept = (await shell.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path !== PAGE);
  // A new build: the files of the one before are of no use.
  if (files.length > 0 && !files.some((file) => kept.includes(file))) await Promise.all(kept.map((path) => shell.delete(path)));
  await Promise.all(files.filter((file) => !kept.includes(file)).map((file) => shell.add(file)));
  await shell.put(PAGE, response);
}
