/** What a person opened or closed inside rows, kept while rows far from the view are not drawn. Oldest are forgotten. */
import { type Signal, signal } from "@preact/signals";

const MOST = 2_000;
const chosen = new Map<string, Signal<boolean | null>>();

/** Null until a person chose. */
export function fold(key: string): Signal<boolean | null> {
  const known = chosen.get(key);
  if (known !== undefined) return known;
  const fresh = signal<boolean | null>(null);
  chosen.set(key, fresh);
  if (chosen.size > MOST) chosen.delete(chosen.keys().next().value!);
  return fresh;
}
