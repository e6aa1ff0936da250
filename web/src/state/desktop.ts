/**
 * Whether this page is shown by the desktop window of the very home that its gateway runs on; only there do links to
 * files lead somewhere, and that window decides about each. It says so at the end of its user agent.
 */

export function isAtHome(agent: string = navigator.userAgent): boolean {
  return / PorticoDesktop\/\d+$/.test(agent);
}

/** The address that asks the window for a file: `path` as a tool named it, in `root` where it is not absolute. */
export function fileAddress(verb: "open" | "reveal", path: string, root: string | null): string | null {
  const whole = path.startsWith("/") ? path : root === null ? null : `${root}/${path}`;
  if (whole === null || path === "" || !whole.startsWith("/")) return null;
  try {
    return `portico-${verb}:${whole.split("/").map(encodeURIComponent).join("/")}`;
  } catch {
    // half a character: such a name cannot be written in an address
    return null;
  }
}
