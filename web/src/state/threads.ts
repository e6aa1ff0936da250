/** What a person does to threads, wherever it is asked from: the tree, the header, the palette, a key. */
import { CallFailed } from "../boundary/link";
import type { Node } from "../boundary/types";
import { toast } from "../ui/toast";
import { t } from "../words";
import { call, show, switchWorkspace } from "./client";
import { go, route } from "./route";
import { workspace } from "./store";

/** Characters of a name; the gateway takes no more. */
export const MOST_OF_NAME = 200;

/** Says what went wrong where people look; answers undefined then. */
export async function tried<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    toast(explained(error));
    return undefined;
  }
}

export function explained(error: unknown): string {
  if (error instanceof CallFailed && error.code === "broken") return t("ui.error.broken");
  return error instanceof Error ? error.message : String(error);
}

/** Makes a thread with an id of ours, so that a retry is harmless; answers the id. */
export async function createThread(options: { name?: string; folderId?: string | null } = {}): Promise<string> {
  const threadId = newId();
  const created = await call("thread_create", { thread_id: threadId, name: options.name ?? null, folder_id: options.folderId ?? null });
  return created.id;
}

/** Copies the ended turns up to that one and goes there. */
export async function forkThread(threadId: string, throughTurnId: string | null = null): Promise<void> {
  const newThreadId = newId();
  const fork = call("thread_fork", { thread_id: threadId, new_thread_id: newThreadId, through_turn_id: throughTurnId });
  if ((await tried(fork)) !== undefined) go({ screen: "thread", threadId: newThreadId });
}

export async function deleteThread(threadId: string): Promise<void> {
  if ((await tried(call("thread_delete", { thread_id: threadId }))) !== undefined && isShown(threadId)) go({ screen: "home" }, { replace: true });
}

export async function renameThread(threadId: string, name: string): Promise<void> {
  await tried(call("thread_rename", { thread_id: threadId, name }));
}

export async function renameNode(node: Node, name: string): Promise<void> {
  if (node.kind === "thread") await renameThread(node.id, name);
  else await tried(call("folder_rename", { folder_id: node.id, name }));
}

/** Into a folder, or to the root. */
export async function moveNode(node: Node, folderId: string | null): Promise<void> {
  if (node.kind === "thread") await tried(call("thread_move", { thread_id: node.id, folder_id: folderId }));
  else await tried(call("folder_move", { folder_id: node.id, parent_folder_id: folderId }));
}

/** Answers the id, undefined where it was refused. */
export async function createFolder(name: string, parentId: string | null = null): Promise<string | undefined> {
  const created = call("folder_create", { name, folder_id: newId(), parent_folder_id: parentId });
  return (await tried(created))?.id;
}

/** What is inside goes to the folder around it. */
export async function deleteFolder(folderId: string): Promise<void> {
  await tried(call("folder_delete", { folder_id: folderId }));
}

export async function lookAtWorkspace(workspaceId: string): Promise<void> {
  if (workspaceId === workspace.peek()?.id) return;
  if ((await tried(switchWorkspace(workspaceId).then(() => true))) !== undefined) go({ screen: "home" });
}

export async function createWorkspace(name: string): Promise<void> {
  const screen = await tried(call("workspace_create", { name, workspace_id: newId() }));
  if (screen === undefined) return;
  show(screen);
  go({ screen: "home" });
}

export async function renameWorkspace(workspaceId: string, name: string): Promise<void> {
  await tried(call("workspace_rename", { workspace_id: workspaceId, name }));
}

/** Gives the thread to the person as a file. */
export async function exportThread(threadId: string, name: string, format: "markdown" | "json"): Promise<void> {
  const exported = await tried(call("thread_export", { thread_id: threadId, format }));
  if (exported === undefined) return;
  const type = format === "json" ? "application/json" : "text/markdown";
  const url = URL.createObjectURL(new Blob([exported.text], { type }));
  const anchor = Object.assign(document.createElement("a"), { href: url, download: fileName(name, format === "json" ? "json" : "md") });
  anchor.click();
  URL.revokeObjectURL(url);
}

export function workspaceId(): string {
  return workspace.peek()?.id ?? "";
}

function isShown(threadId: string): boolean {
  const at = route.peek();
  return at.screen === "thread" && at.threadId === threadId;
}

function fileName(name: string, suffix: string): string {
  const safe = name.replace(/[^\p{L}\p{N} ._-]+/gu, " ").trim().slice(0, 80);
  return `${safe || "thread"}.${suffix}`;
}

/** Also where the page came over plain HTTP from another machine, without `crypto.randomUUID`. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
