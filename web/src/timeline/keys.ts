/** Keys that move between messages: j and k to the next and the one before, Alt with the arrows from turn to turn. */
import { isWriting } from "../frame/keys";
import type { Rows } from "../state/rows";
import type { View } from "./list/view";

export interface Step {
  by: 1 | -1;
  /** Rows of which kinds are stopped at; null stops at all. */
  kinds: ReadonlySet<string> | null;
}

const TURNS = new Set(["user", "queued"]);

export function stepOf(event: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "shiftKey" | "target">): Step | null {
  if (event.ctrlKey || event.metaKey || event.shiftKey || isWriting(event.target)) return null;
  if (event.altKey) {
    if (event.key === "ArrowDown") return { by: 1, kinds: TURNS };
    return event.key === "ArrowUp" ? { by: -1, kinds: TURNS } : null;
  }
  if (event.key === "j") return { by: 1, kinds: null };
  return event.key === "k" ? { by: -1, kinds: null } : null;
}

/** The row to go to; from nowhere the newest, going up. */
export function target(rows: Rows, from: string | null, { by, kinds }: Step): string | null {
  const order = rows.order.peek();
  const start = from === null ? -1 : order.indexOf(from);
  if (start < 0 && by === 1) return null;
  for (let place = start < 0 ? order.length - 1 : start + by; place >= 0 && place < order.length; place += by) {
    const row = rows.row(order[place]!)?.peek();
    if (row !== undefined && (kinds === null || kinds.has(row.kind))) return row.key;
  }
  return null;
}

/** Moves the focus there, drawing the row first where it is far away. */
export function focusRow(view: View, key: string): void {
  if (view.element(key) === undefined) view.goTo(key);
  requestAnimationFrame(() => {
    const element = view.element(key);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: "nearest" });
  });
}
