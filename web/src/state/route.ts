/** Where the page is, in the address's fragment: back, forward and reload work, and the gateway sees nothing of it. */
import { signal } from "@preact/signals";

export type Route =
  | { screen: "home" }
  | { screen: "thread"; threadId: string; rowKey?: string }
  | { screen: "settings"; page: string };

export const route = signal<Route>(parse(location.hash));

export function parse(hash: string): Route {
  const [area, id, more] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  if (area === "t" && id) return more ? { screen: "thread", threadId: id, rowKey: more } : { screen: "thread", threadId: id };
  if (area === "settings") return { screen: "settings", page: id || "general" };
  return { screen: "home" };
}

export function address(to: Route): string {
  if (to.screen === "thread") return `#/t/${[to.threadId, ...(to.rowKey ? [to.rowKey] : [])].map(encodeURIComponent).join("/")}`;
  return to.screen === "settings" ? `#/settings/${encodeURIComponent(to.page)}` : "#/";
}

/** `replace` leaves no trace in the history. */
export function go(to: Route, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", address(to));
  else history.pushState(null, "", address(to));
  route.value = to;
}

// a browser tells most moves twice
for (const move of ["popstate", "hashchange"]) addEventListener(move, moved);

function moved(): void {
  const to = parse(location.hash);
  if (address(to) !== address(route.peek())) route.value = to;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
