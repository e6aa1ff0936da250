/** Sums up an exported thread. Pure. */
import type { Thread, Turn, Usage } from "../../boundary/types";

export interface Facts {
  turns: number;
  models: string[];
  usage: Usage;
  begun: number | null;
  changed: number | null;
}

const COUNTS = ["input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens", "provider_calls"] as const;

export function facts(json: string): Facts {
  const { thread, turns } = JSON.parse(json) as { thread: Partial<Thread>; turns: { turn: Turn }[] };
  const usage: Usage = {};
  const models = new Set<string>();
  for (const { turn } of turns) {
    for (const count of COUNTS) usage[count] = (usage[count] ?? 0) + (turn.usage?.[count] ?? 0);
    const model = [turn.model_provider, turn.model].filter(Boolean).join(" / ");
    if (model !== "") models.add(model);
  }
  return { turns: turns.length, models: [...models], usage, begun: thread.created_at ?? null, changed: thread.updated_at ?? null };
}
