/** What the tree shows beside its nodes: folded folders, the line that keys act on, what is cut or dragged. */
import { computed, signal } from "@preact/signals";
import type { Node } from "../boundary/types";
import { foldedFolders } from "../state/prefs";
import { route } from "../state/route";
import { composers, find, tree } from "../state/store";
import { type Line, mayMove, toLines } from "./lines";

const folded = computed(() => new Set(foldedFolders.value));

export const lines = computed<readonly Line[]>(() => toLines(tree.value, folded.value));

/** The line that has the tree's one tab stop. */
export const focusedId = signal<string | null>(null);
export const renamingId = signal<string | null>(null);
/** Marked by the cut key, until it is pasted or Escape. */
export const cutId = signal<string | null>(null);
export const draggedId = signal<string | null>(null);
/** The folder that the dragged node would come into, null the root, undefined nowhere. */
export const dropInto = signal<string | null | undefined>(undefined);

export const shownThread = computed(() => (route.value.screen === "thread" ? route.value.threadId : null));

/** Threads that this page knows to be at work. */
export const runningThreads = computed<ReadonlySet<string>>(
  () => new Set([...composers.value.values()].filter((told) => told.running !== null).map((told) => told.thread_id)),
);

export function setFolded(id: string, isFolded: boolean): void {
  const others = foldedFolders.peek().filter((one) => one !== id);
  foldedFolders.value = isFolded ? [...others, id] : others;
}

export function mayDrop(id: string | null, folderId: string | null): boolean {
  const moved: Node | null = id === null ? null : find(id);
  return moved !== null && mayMove(tree.peek(), moved, folderId);
}
