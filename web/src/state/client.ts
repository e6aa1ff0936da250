/** Joins the link and the store: what is joined after a break, where events go, and the one `call` of the screens. */
import { batch } from "@preact/signals";
import { CallFailed, Link } from "../boundary/link";
import { readSession } from "../boundary/session";
import type { BoundaryEvent, Methods, Scope, Screen } from "../boundary/types";
import { restoreRows } from "../offline/kept";
import { patched } from "../tree/patch";
import { heard } from "./gateway_clock";
import { remembered } from "./prefs";
import { Rows } from "./rows";
import * as store from "./store";

/** A gateway that cannot open a thread now may do so later. */
const RETRY_MS = 2_000;

/** The workspace that was looked at last. */
const wanted = remembered<string | null>("portico.workspace_id", null);

let link: Link | null = null;
/** Whether threads can be followed: the gateway knows the workspace, though not all threads may be followed yet. */
let isJoined = false;
/** The newest attempt to follow each thread. */
const following = new Map<string, Promise<void>>();

/** Connects, for as long as the page lives or until the session ends. */
export function start(): void {
  link?.stop();
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  link = new Link(`${scheme}//${location.host}/boundary`, {
    joined: join,
    told: (events, nowMs) => {
      if (nowMs !== null) heard(nowMs);
      // drawn once, whatever a frame tells
      batch(() => events.forEach(take));
    },
    state: (state) => {
      if (state.kind !== "online") isJoined = false;
      store.link.value = state;
      if (state.kind === "signed_out" && store.session.peek() !== null) {
        store.session.value = { ...store.session.peek()!, signed_in: false };
      }
    },
    isSignedIn: async () => (await readSession()).signed_in,
  });
  link.start();
}

export function stop(): void {
  link?.stop();
  link = null;
}

/** Try the connection again at once. */
export function retry(): void {
  link?.hurry();
}

/** Calls the boundary. Rejects with CallFailed. */
export function call<M extends keyof Methods>(method: M, params: Methods[M]["params"]): Promise<Methods[M]["result"]> {
  if (link === null) {
    return Promise.reject(new CallFailed({ message: "not connected", code: "broken", kind: "unavailable", path: null }));
  }
  return link.call(method, params);
}

/** Waits until the gateway follows the thread for this page. */
export async function followed(threadId: string): Promise<void> {
  openThread(threadId);
  await following.get(threadId);
}

/** The rows of a thread, followed from now on. */
export function openThread(threadId: string): Rows {
  const known = store.opened.peek().get(threadId);
  if (known !== undefined) return known;
  const rows = new Rows();
  restoreRows(threadId, rows);
  store.opened.value = new Map(store.opened.peek()).set(threadId, rows);
  if (isJoined) void begin(threadId, rows);
  return rows;
}

export function closeThread(threadId: string): void {
  const asked = following.get(threadId) ?? Promise.resolve();
  forget(threadId);
  // calls are at work side by side: closing must not overtake the opening, and it may be opened anew meanwhile
  const close = () => (isJoined && !store.opened.peek().has(threadId) ? call("active_thread_close", { thread_id: threadId }) : null);
  asked.then(close).catch(() => undefined);
}

export async function switchWorkspace(workspaceId: string): Promise<void> {
  show(await call("workspace_switch", { workspace_id: workspaceId }));
}

/** Everything of a screen at once, so that nothing is drawn in between. */
export function show(screen: Screen): void {
  batch(() => {
    store.gateway.value = screen.gateway;
    const { scopes } = screen as Screen & { scopes?: readonly Scope[] | null };
    store.scopes.value = scopes == null ? null : new Set(scopes);
    for (const told of [screen.workspaces, screen.tree, screen.providers]) take(told);
    if (screen.settings != null) take(screen.settings);
  });
}

async function join(): Promise<void> {
  await call("gateway_connect", {});
  let screen: Screen;
  try {
    screen = await call("workspace_bootstrap", { workspace_id: wanted.peek() });
  } catch (error) {
    if (!(error instanceof CallFailed) || error.kind !== "not_found" || wanted.peek() === null) throw error;
    wanted.value = null;
    screen = await call("workspace_bootstrap", {});
  }
  show(screen);
  isJoined = true;
  await Promise.all([...store.opened.peek()].map(([threadId, rows]) => begin(threadId, rows)));
}

function begin(threadId: string, rows: Rows): Promise<void> {
  const work = follow(threadId, rows);
  following.set(threadId, work);
  return work;
}

async function follow(threadId: string, rows: Rows): Promise<void> {
  try {
    await call("active_thread_open", { thread_id: threadId, ...rows.resume() });
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    if (store.opened.peek().get(threadId) !== rows) return;
    if (error.kind === "not_found") forget(threadId);
    else if (isJoined && error.code !== "broken") setTimeout(() => again(threadId, rows), RETRY_MS);
  }
}

/** Unless it was left, or everything is joined anew. */
function again(threadId: string, rows: Rows): void {
  if (isJoined && store.opened.peek().get(threadId) === rows) void begin(threadId, rows);
}

function forget(threadId: string): void {
  following.delete(threadId);
  const opened = new Map(store.opened.peek());
  opened.delete(threadId);
  const composers = new Map(store.composers.peek());
  composers.delete(threadId);
  batch(() => {
    store.opened.value = opened;
    store.composers.value = composers;
  });
}

/** Events of kinds that this page does not know are left alone. */
function take(event: BoundaryEvent): void {
  switch (event.event) {
    case "connection":
      store.inner.value = event;
      break;
    case "workspaces":
      store.workspaces.value = event.workspaces;
      store.openedWorkspace.value = event.opened ?? null;
      if (event.opened != null) wanted.value = event.opened;
      break;
    case "tree":
      store.tree.value = event.nodes;
      break;
    case "tree_patches":
      store.tree.value = patched(store.tree.peek(), event.patches);
      break;
    case "providers":
      store.providers.value = event.providers;
      break;
    case "settings":
      store.settings.value = event.pages;
      break;
    case "timeline":
      store.opened.peek().get(event.thread_id)?.load(event);
      break;
    case "patches":
      store.opened.peek().get(event.thread_id)?.take(event);
      break;
    case "composer":
      if (store.opened.peek().has(event.thread_id)) store.composers.value = new Map(store.composers.peek()).set(event.thread_id, event);
      break;
    case "thread_gone":
      forget(event.thread_id);
      break;
  }
}
