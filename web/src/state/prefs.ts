/** What this browser remembers of its person: theme, language, the sidebar. */
import { computed, effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

export const theme = remembered<Theme>("portico.theme", "system");
/** Null follows the browser. */
export const language = remembered<string | null>("portico.language", null);
/** In pixels where the page's font has 16. */
export const sidebarWidth = remembered<number>("portico.sidebar", 288);
/** Whether the sidebar stands beside the page where there is room for both. */
export const isSidebarOpen = remembered<boolean>("portico.sidebar_open", true);
/** On a narrow page the sidebar is a drawer, closed until it is asked for. */
export const isDrawerOpen = signal(false);
/** Folders of the tree that are closed, by id. */
export const foldedFolders = remembered<readonly string[]>("portico.folded", []);

export const NARROW = "(max-width: 759px)";
export const isNarrow = matched(NARROW);
/** A finger rather than a mouse: targets are larger and nothing is dragged. */
export const isCoarse = matched("(pointer: coarse)");
const isSystemDark = matched("(prefers-color-scheme: dark)");

/** What the theme comes to on this machine. */
export const isDark = computed(() => theme.value === "dark" || (theme.value === "system" && isSystemDark.value));

effect(() => {
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
});

export function toggleSidebar(): void {
  const shown = isNarrow.peek() ? isDrawerOpen : isSidebarOpen;
  shown.value = !shown.peek();
}

/** Brings the sidebar to sight, for those who will put the focus into it. */
export function showSidebar(): void {
  (isNarrow.peek() ? isDrawerOpen : isSidebarOpen).value = true;
}

/** A media query as a signal. */
export function matched(query: string): Signal<boolean> {
  const media = matchMedia(query);
  const value = signal(media.matches);
  media.addEventListener("change", (event) => (value.value = event.matches));
  return value;
}

/** A signal that outlives a reload; storage that is full or forbidden only forgets. */
export function remembered<T>(key: string, fallback: T): Signal<T> {
  const value = signal<T>(read(key, fallback));
  let isFirst = true;
  effect(() => {
    const now = value.value;
    if (!isFirst) write(key, now);
    isFirst = false;
  });
  return value;
}

function read<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a browser without room or permission shows the same, until it is closed
  }
}
