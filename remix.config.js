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
    v3_lazyRouteDiscovery: true,
    v3_singleFetch: true,
  },
};
