/** The words of the page: Portico's one catalogue, English and German; the client core's phrases are said by it too. */
import { computed, signal } from "@preact/signals";
import english from "../../../src/portico/client/words/en.json";
import type { Phrase } from "../boundary/types";
import { language } from "../state/prefs";

export type WordId = keyof typeof english;
export type Values = Readonly<Record<string, string | number>>;
type Catalogue = Readonly<Record<string, string>>;

/** Languages that there are, by their own name. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const loaded = signal<Readonly<Partial<Record<Language, Catalogue>>>>({ en: english });

export const spoken = computed<Language>(() => {
  const wanted = [language.value ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => tag in LANGUAGES) ?? "en";
});

const catalogue = computed<Catalogue>(() => loaded.value[spoken.value] ?? english);

/** Reads the catalogue of the language that is spoken; until then, and where that fails, it is English. */
export async function loadWords(): Promise<void> {
  const wanted = spoken.peek();
  if (loaded.peek()[wanted] === undefined) {
    try {
      const words = (await import("../../../src/portico/client/words/de.json")).default;
      loaded.value = { ...loaded.peek(), de: words };
    } catch {
      // offline, and never loaded before
    }
  }
  // what the words are in, for who reads them aloud
  document.documentElement.lang = loaded.peek()[spoken.peek()] === undefined ? "en" : spoken.peek();
}

/** A string of the page by its id; values stand in braces by name. */
export function t(id: WordId, values: Values = {}): string {
  return filled(catalogue.value[id] ?? english[id] ?? id, values);
}

/** What the client core says. A phrase of a later gateway that this page does not know falls back to `plain`. */
export function said(phrase: Phrase | null | undefined, plain = ""): string {
  if (phrase == null) return plain;
  const words = catalogue.value[phrase.id] ?? (english as Catalogue)[phrase.id];
  return words === undefined ? plain || phrase.id : filled(words, Object.fromEntries(phrase.values ?? []));
}

/** `count` things: the id with `.one` or `.other`. */
export function counted(id: string, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(spoken.value).select(count) === "one" ? "one" : "other";
  const words = catalogue.value[`${id}.${form}`] ?? (english as Catalogue)[`${id}.${form}`] ?? id;
  return filled(words, { count, ...values });
}

function filled(words: string, values: Values): string {
  return words.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
