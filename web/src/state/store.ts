/** Everything that the page shows, as signals: written by the gateway's events, read by the screens. No decisions here. */
import { computed, signal } from "@preact/signals";
import type { SessionInfo } from "../boundary/session";
import type { LinkState } from "../boundary/link";
import type { ComposerTold, ConnectionTold, GatewayInfo, Node, ProviderRow, Scope, SettingsPage, Workspace } from "../boundary/types";
import { nodeOf } from "../tree/lines";
import type { Rows } from "./rows";

export const session = signal<SessionInfo | null>(null);
export const link = signal<LinkState>({ kind: "connecting" });
/** What the gateway's own client core says of its connection. */
export const inner = signal<ConnectionTold | null>(null);

export const gateway = signal<GatewayInfo | null>(null);
export const workspaces = signal<readonly Workspace[]>([]);
export const openedWorkspace = signal<string | null>(null);
export const tree = signal<readonly Node[]>([]);
export const providers = signal<readonly ProviderRow[]>([]);
export const settings = signal<readonly SettingsPage[]>([]);
/** Null where the gateway does not say: then everything is offered and the gateway refuses. */
export const scopes = signal<ReadonlySet<Scope> | null>(null);

/** Opened threads by id; the newest told composer state of each. */
export const opened = signal<ReadonlyMap<string, Rows>>(new Map());
export const composers = signal<ReadonlyMap<string, ComposerTold>>(new Map());

export const workspace = computed(() => workspaces.value.find((one) => one.id === openedWorkspace.value) ?? null);
/** The gateway keeps conversations in memory only (SESSION_PERSIST=false): so does this page. */
export const isForgetful = computed(() => gateway.value?.is_persistent === false);
export const isOnline = computed(() => link.value.kind === "online");

export function may(scope: Scope): boolean {
  return scopes.value?.has(scope) ?? true;
}

/** The thread or folder of that id in the tree. */
export function find(id: string, nodes: readonly Node[] = tree.value): Node | null {
  return nodeOf(nodes, id);
}
