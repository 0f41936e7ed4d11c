/**
 * Lets the browser keep the workbench's page, so that a reload without a connection shows it and what waits to go out.
 * See public/offline-shell.js for what is kept. Where the browser has no service worker, nothing is lost but that.
 */
export function keepOfflineShell(): void {
  if (!("serviceWorker" in navigator)) return;
  const worker = navigator.serviceWorker;
  void worker
    .register("/offline-shell.js", { scope: "/" })
    .then(() => worker.ready)
    .then(({ active }) => active?.postMessage("keep"))
    .catch(() => undefined);
}
