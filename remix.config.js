/** @type {import("@remix-run/dev").AppConfig} */
export default {
  ignoredRouteFiles: ["**/.*", "**/*.test.{ts,tsx}"],
  serverModuleFormat: "esm",
  serverMinify: false,
  // Tailwind 4 is a PostCSS plugin; the compiler's own switch knows only Tailwind 3.
  tailwind: false,
  postcss: true,
  // Outside app/, changes are seen only when named.
  watchPaths: ["styles/**/*"],
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    // Off: its endpoint matches as many paths as a stranger names (CVE-2026-55685), and all routes together are a few kilobytes.
    v3_lazyRouteDiscovery: false,
    v3_singleFetch: true,
  },
};
