/** The last state in this browser, so that the page opens offline with it: screens and the newest rows of threads. */
import { effect } from "@preact/signals";
import type { Row } from "../boundary/types";
import { Rows } from "../state/rows";
import * as store from "../state/store";
import { clear, read, write } from "./database";

const SCREEN = "screen";
const THREADS = "threads";
const MAX_THREADS = 20;
const MAX_ROWS = 100;
/** Between two writes: what streams is not written for each word. */
const REST_MS = 2_000;

interface KeptScreen {
  gateway: typeof store.gateway.value;
  workspaces: typeof store.workspaces.value;
  opened: string | null;
  tree: typeof store.tree.value;
  providers: typeof store.providers.value;
  settings: typeof store.settings.value;
}

interface KeptThread {
  id: string;
  rows: readonly Row[];
}

let kept: KeptThread[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
/** Set for good: the page of somebody who has signed out keeps nothing, also not while it is being left. */
let isOver = false;

/** Fills what the gateway has not told yet. Storage that is forbidden or broken has nothing. */
export async function restore(): Promise<void> {
  const [screen, threads] = await Promise.all([read<KeptScreen>(SCREEN), read<KeptThread[]>(THREADS)]);
  kept = threads ?? [];
  if (screen === undefined || store.gateway.peek() !== null) return;
  store.gateway.value = screen.gateway;
  store.workspaces.value = screen.workspaces;
  store.openedWorkspace.value = screen.opened;
  store.tree.value = screen.tree;
  store.providers.value = screen.providers;
  store.settings.value = screen.settings;
}

/** The kept rows of a thread that is being opened; its cursor stays empty, so that the gateway tells it anew. */
export function restoreRows(threadId: string, rows: Rows): void {
  const found = kept.find((one) => one.id === threadId);
  if (found === undefined) return;
  rows.load({ rows: [...found.rows], cursor: "", has_more: false });
  rows.cursor = null;
}

/** Keeps the state some time after it has changed: a row came, a turn began or ended. Runs as long as the page. */
export function keep(): void {
  effect(() => {
    void [store.tree.value, store.workspaces.value, store.providers.value, store.settings.value, store.composers.value];
    for (const rows of store.opened.value.values()) void rows.order.value;
    later();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void save();
  });
}

/** Nothing of a person who has signed out stays. */
export async function forget(): Promise<void> {
  isOver = true;
  clearTimeout(timer);
  kept = [];
  await clear();
}

function later(): void {
  if (timer !== undefined) return;
  timer = setTimeout(rested, REST_MS);
}

/** While a turn streams there is better to do; its end is another change. */
function rested(): void {
  timer = undefined;
  const isStreaming = [...store.composers.peek().values()].some((told) => told.running != null && store.opened.peek().has(told.thread_id));
  if (!isStreaming) void save();
}

async function save(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  if (isOver || store.gateway.peek() === null || store.session.peek()?.signed_in !== true) return;
  if (store.isForgetful.peek()) return clear();
  const screen: KeptScreen = {
    gateway: store.gateway.peek(),
    workspaces: store.workspaces.peek(),
    opened: store.openedWorkspace.peek(),
    tree: store.tree.peek(),
    providers: store.providers.peek(),
    settings: store.settings.peek(),
  };
  const opened = [...store.opened.peek()].map(([id, rows]) => ({ id, rows: rows.list().slice(-MAX_ROWS) }));
  const ids = new Set(opened.map((one) => one.id));
  kept = [...kept.filter((one) => !ids.has(one.id)), ...opened].slice(-MAX_THREADS);
  await Promise.all([write(SCREEN, screen), write(THREADS, kept)]);
}
