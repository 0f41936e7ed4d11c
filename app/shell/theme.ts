/**
 * Runs before the first paint, so that a dark page never flashes white, and again when the system changes its mind.
 * Kept as text because it must stand in the page itself, under the page's nonce.
 */
export const THEME_SCRIPT = `(() => {
  const html = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = html.dataset.themeChoice;
    html.dataset.theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
  };
  apply();
  system.addEventListener("change", apply);
  new MutationObserver(apply).observe(html, { attributeFilter: ["data-theme-choice"] });
})();`;
