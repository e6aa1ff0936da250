/** Sums up an exported thread. Pure. */
import type { Thread, Turn, Usage } from "../boundary/types";

export interface Facts {
  models: string[];
  usage: Usage;
  begun: number | null;
  changed: number | null;
  /** Where its tools work. */
  cwd: string | null;
  forkedFrom: string | null;
  turns: TurnFacts[];
  files: ChangedFile[];
}

interface Exported {
  turn: Turn;
  items?: { type: string; id: string; status?: string; changedFiles?: string[] }[];
}

export interface TurnFacts {
  id: string;
  input: number;
  output: number;
}

export interface ChangedFile {
  path: string;
  /** The newest row that changed it, and its turn: it may stand under one that is closed. */
  key: string;
  turnId: string;
}

const COUNTS = ["input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens", "provider_calls"] as const;

export function facts(json: string): Facts {
  const { thread, turns } = JSON.parse(json) as { thread: Partial<Thread>; turns: Exported[] };
  const usage: Usage = {};
  const models = new Set<string>();
  for (const { turn } of turns) {
    for (const count of COUNTS) usage[count] = (usage[count] ?? 0) + (turn.usage?.[count] ?? 0);
    const model = [turn.model_provider, turn.model].filter(Boolean).join(" / ");
    if (model !== "") models.add(model);
  }
  return {
    models: [...models],
    usage,
    begun: thread.created_at ?? null,
    changed: thread.updated_at ?? null,
    cwd: thread.cwd ?? null,
    forkedFrom: thread.forked_from?.thread_id ?? null,
    turns: turns.map(({ turn }) => ({ id: turn.id, input: turn.usage?.input_tokens ?? 0, output: turn.usage?.output_tokens ?? 0 })),
    files: changedFiles(turns),
  };
}

/** By path, the file that was changed last at the top; what failed changed nothing. */
function changedFiles(turns: readonly Exported[]): ChangedFile[] {
  const files = new Map<string, ChangedFile>();
  for (const { turn, items } of turns) {
    for (const { type, id, status, changedFiles: paths } of items ?? []) {
      if (type !== "fileChange" || status !== "completed") continue;
      for (const path of paths ?? []) {
        files.delete(path);
        files.set(path, { path, key: id, turnId: turn.id });
      }
    }
  }
  return [...files.values()].reverse();
}
