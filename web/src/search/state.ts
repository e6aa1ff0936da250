/** What is searched for, and what was found so far: asked once typing pauses, more as the list is followed. */
import { batch, effect, signal } from "@preact/signals";
import type { ThreadSearchHit } from "../boundary/types";
import { call } from "../state/client";
import { showSidebar } from "../state/prefs";
import { go } from "../state/route";
import { openedWorkspace } from "../state/store";
import { explained, workspaceId } from "../state/threads";

const PAUSE_MS = 160;
const PAGE = 30;

export const searched = signal("");
export const hits = signal<readonly ThreadSearchHit[]>([]);
export const isSearching = signal(false);
export const searchFailure = signal<string | null>(null);
/** The hit that Enter opens. */
export const chosen = signal(0);

let cursor: string | null = null;
/** Answers to what is no longer searched for are left. */
let round = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

// what was found belongs to the workspace that was looked at
let lookedAt: string | null = null;
effect(() => {
  const now = openedWorkspace.value;
  if (lookedAt !== null && now !== lookedAt) search("");
  lookedAt = now;
});

export function search(query: string): void {
  clearTimeout(timer);
  round += 1;
  cursor = null;
  batch(() => {
    searched.value = query;
    chosen.value = 0;
    isSearching.value = query.trim() !== "";
    searchFailure.value = null;
    if (query.trim() === "") hits.value = [];
  });
  if (query.trim() !== "") timer = setTimeout(() => void load(round), PAUSE_MS);
}

export function hasMoreHits(): boolean {
  return cursor !== null;
}

export async function moreHits(): Promise<void> {
  if (cursor !== null && !isSearching.peek()) await load(round);
}

export function openHit(hit: ThreadSearchHit): void {
  go(hit.item_id == null ? { screen: "thread", threadId: hit.thread_id } : { screen: "thread", threadId: hit.thread_id, rowKey: hit.item_id });
}

/** Brings the focus into the search field, where the page has it in sight or not. */
export function focusSearch(query?: string): void {
  showSidebar();
  if (query !== undefined) search(query);
  setTimeout(() => document.querySelector<HTMLInputElement>("#search-field")?.focus());
}

async function load(mine: number): Promise<void> {
  isSearching.value = true;
  const from = cursor;
  try {
    const found = await call("thread_search", { workspace_id: workspaceId(), query: searched.peek().trim(), cursor: from, limit: PAGE });
    if (mine !== round) return;
    cursor = found.next_cursor ?? null;
    batch(() => {
      hits.value = from === null ? found.items : [...hits.peek(), ...found.items];
      isSearching.value = false;
    });
  } catch (error) {
    if (mine !== round) return;
    batch(() => {
      isSearching.value = false;
      searchFailure.value = explained(error);
    });
  }
}
