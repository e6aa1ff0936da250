/** Tokens in words. */
import type { Usage } from "../boundary/types";
import { counted, spoken, t, type WordId } from "../words";

export function number(value: number): string {
  return value.toLocaleString(spoken.value);
}

/** What was used, each as a phrase; what was none is left out. */
export function tokens(usage: Usage | null): string[] {
  if (usage === null) return [];
  const told: [WordId, number | undefined][] = [
    ["ui.timeline.tokens_in", usage.input_tokens],
    ["ui.timeline.tokens_cached", usage.cached_input_tokens],
    ["ui.timeline.tokens_out", usage.output_tokens],
    ["ui.timeline.tokens_reasoning", usage.reasoning_tokens],
  ];
  const words = told.flatMap(([id, value]) => (value ? [t(id, { count: number(value) })] : []));
  const calls = usage.provider_calls ?? 0;
  return calls > 1 ? [...words, counted("ui.timeline.calls", calls)] : words;
}
