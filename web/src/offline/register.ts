/** Installs the service worker where the browser allows one: over HTTPS, or on this very machine. */

export function register(): void {
  if (import.meta.env.DEV || !("serviceWorker" in navigator)) return;
  // a gateway that is not reached now is asked again at the next visit
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
