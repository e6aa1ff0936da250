/** What is being written, a draft a thread: its text outlives reloads and sign-outs, its pictures the page's life. */
import { type Signal, signal } from "@preact/signals";
import type { Chosen, DraftParams, ThreadMode } from "../boundary/types";
import { isForgetful } from "../state/store";
import { newId } from "../state/threads";
import type { Pick } from "./picks";

export type Busy = NonNullable<DraftParams["busy"]>;

export interface Draft {
  text: string;
  picks: readonly Pick[];
  chosen: Chosen;
  mode: ThreadMode;
  busy: Busy;
  /** Ids of the message as it is: the same ones again make a retry harmless. */
  turnId: string;
  steerId: string;
  /** Why it was not taken, in words, until it says something else. */
  refused: readonly string[];
}

/** What of a draft is written down. */
type Kept = Pick_<Draft, "text" | "chosen" | "mode" | "busy">;
type Pick_<T, K extends keyof T> = { [P in K]: T[P] };

/** The place of the draft that has no thread yet. */
export const HOME = "";
const PREFIX = "portico.draft.";

const drafts = new Map<string, Signal<Draft>>();

export function draftOf(threadId: string | null): Signal<Draft> {
  const id = threadId ?? HOME;
  const known = drafts.get(id);
  if (known !== undefined) return known;
  const draft = signal<Draft>({ ...fresh(), ...read(id) });
  drafts.set(id, draft);
  return draft;
}

/** Changes the draft; a message that says something else is another one. */
export function edit(threadId: string | null, change: Partial<Draft>): void {
  const draft = draftOf(threadId);
  draft.value = { ...draft.peek(), ...ids(), refused: [], ...change };
  write(threadId ?? HOME, draft.peek());
}

/** The draft stays as it is, its ids too: what comes next may be a retry. */
export function refuse(threadId: string | null, refused: readonly string[]): void {
  const draft = draftOf(threadId);
  draft.value = { ...draft.peek(), refused };
}

/** What was sent is gone, what was chosen stays; what was written meanwhile stays, too. */
export function sent(threadId: string | null, was: Draft): void {
  const now = draftOf(threadId).peek();
  const text = now.text.startsWith(was.text) ? now.text.slice(was.text.length).trimStart() : now.text;
  const picks = now.picks.filter((one) => !was.picks.some((other) => other.key === one.key));
  edit(threadId, { text, picks });
}

/** The draft without a thread becomes that of the thread that was made for it. */
export function adopt(threadId: string): void {
  const { text, picks, chosen, mode, busy } = draftOf(null).peek();
  edit(threadId, { text, picks, chosen, mode, busy });
  edit(null, { text: "", picks: [] });
}

/** A thread that is gone needs no draft. */
export function forgetDraft(threadId: string): void {
  drafts.delete(threadId);
  try {
    localStorage.removeItem(PREFIX + threadId);
  } catch {
    // forbidden storage holds none
  }
}

/** What a person who signs out has written goes with them; a session that ends by itself leaves it. */
export function forgetDrafts(): void {
  drafts.clear();
  for (const name of keptNames()) localStorage.removeItem(name);
}

function fresh(): Draft {
  return { text: "", picks: [], chosen: {}, mode: "Agent", busy: "steer", refused: [], ...ids() };
}

function ids(): Pick_<Draft, "turnId" | "steerId"> {
  return { turnId: newId(), steerId: newId() };
}

function read(id: string): Partial<Kept> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + id) ?? "{}");
    return isKept(kept) ? kept : {};
  } catch {
    return {};
  }
}

function isKept(kept: unknown): kept is Partial<Kept> {
  if (typeof kept !== "object" || kept === null) return false;
  const { text, chosen } = kept as Record<string, unknown>;
  return (text === undefined || typeof text === "string") && (chosen === undefined || typeof chosen === "object");
}

/** A draft that holds nothing is not written down. */
function write(id: string, draft: Draft): void {
  const { text, chosen, mode, busy } = draft;
  const isPlain = isForgetful.peek() || (text === "" && Object.keys(chosen).length === 0 && mode === "Agent" && busy === "steer");
  const put = () => (isPlain ? localStorage.removeItem(PREFIX + id) : localStorage.setItem(PREFIX + id, JSON.stringify({ text, chosen, mode, busy })));
  try {
    put();
  } catch {
    // storage is full or forbidden: what holds no words makes room; else this draft lives as long as the page
    again(put);
  }
}

function again(put: () => void): void {
  try {
    for (const name of keptNames()) if ((read(name.slice(PREFIX.length)).text ?? "") === "") localStorage.removeItem(name);
    put();
  } catch {
    // in memory it is whole
  }
}

function keptNames(): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}
