/** Which side panel is open: beside the time line it is remembered, as a drawer over it it is not. */
import { computed, signal } from "@preact/signals";
import { matched, remembered } from "../state/prefs";

/** Narrower than this a panel is a drawer. */
export const isBeside = matched("(min-width: 1100px)");
const beside = remembered<string | null>("portico.panel", null);
const drawer = signal<string | null>(null);

export const openedPanel = computed(() => (isBeside.value ? beside : drawer).value);

/** Set when a person opens one: only then it takes the focus, not when it was there before. */
let isAsked = false;

export function openPanel(id: string): void {
  isAsked = true;
  (isBeside.peek() ? beside : drawer).value = id;
}

export function closePanel(): void {
  isAsked = false;
  (isBeside.peek() ? beside : drawer).value = null;
}

/** A drawer goes with its thread, and where the page grows to have room for a column. */
export function closeDrawer(): void {
  drawer.value = null;
}

export function togglePanel(id: string): void {
  if (openedPanel.peek() === id) closePanel();
  else openPanel(id);
}

/** Whether the focus is to go into the panel; asked once. */
export function takesFocus(): boolean {
  const was = isAsked;
  isAsked = false;
  return was;
}
