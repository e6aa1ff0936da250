/** Addresses of gateways as a person types them, and the list as storage gives it back. */

export interface Known {
  name: string;
  /** Scheme, host and port. */
  origin: string;
}

/** The origin of what was typed; null where it is no http(s) address, or holds a name or a password. */
export function readAddress(typed: string): string | null {
  const text = typed.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
    const isFine = (url.protocol === "https:" || url.protocol === "http:") && url.username === "" && url.password === "";
    // some browsers take any words for a host, and write their spaces as %20
    return isFine && url.hostname !== "" && !/[\s%]/.test(url.hostname) ? url.origin : null;
  } catch {
    return null;
  }
}

export function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/** What was stored may be anybody's: entries that are none are left out. */
export function listed(stored: unknown): Known[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter((one): one is Known => typeof one?.name === "string" && typeof one?.origin === "string" && readAddress(one.origin) === one.origin);
}
