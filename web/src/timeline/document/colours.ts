/** Asks for the colours of code when the page has time, and remembers them by text. */
import type { Root } from "hast";

/** Longer code stays plain: colouring it would be felt. */
const MOST_CHARACTERS = 24_000;
const REMEMBERED = 120;
const known = new Map<string, Root | null>();

const idOf = (language: string, text: string) => `${language}\0${text}`;

/** What is known already: undefined if nothing yet. */
export function remembered(language: string, text: string): Root | null | undefined {
  return language === "" || text.length > MOST_CHARACTERS ? null : known.get(idOf(language, text));
}

/** Calls back with the colours, unless the answer was called before. */
export function askColours(language: string, text: string, done: (found: Root | null) => void): () => void {
  let isWanted = true;
  const work = async () => {
    const { coloured } = await import("./highlight");
    await idle();
    if (!isWanted) return;
    const found = remembered(language, text) ?? coloured(language, text);
    keep(idOf(language, text), found);
    done(found);
  };
  work().catch(() => {
    // colours are an ornament: without them the code is plain
  });
  return () => {
    isWanted = false;
  };
}

function keep(id: string, found: Root | null): void {
  known.delete(id);
  known.set(id, found);
  if (known.size > REMEMBERED) known.delete(known.keys().next().value!);
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve(), { timeout: 400 });
    else setTimeout(resolve, 16);
  });
}
