/** Lets the browser keep the shell. Where it may not (plain http, a private window), Tidings works all the same. */
export function register(): void {
  navigator.serviceWorker?.register("/worker.js").catch((error) => console.info("service worker:", error));
}
