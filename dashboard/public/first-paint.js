// Runs before anything is painted, and no module does: the theme that a person chose must not follow another one.
// The page itself goes on from here (data/theme.ts).
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("telemetry-hub.theme");
  } catch {
    // Nothing is kept in this browser.
  }
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
