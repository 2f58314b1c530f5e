// Puts the kept appearance in force before anything is painted; `src/lib/ui` owns it from then on.
try {
  var root = document.documentElement;
  var theme = localStorage.getItem("tidings.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (localStorage.getItem("tidings.density") === "compact") root.dataset.density = "compact";
} catch {
  // A private window may refuse: then it looks as the system does.
}
