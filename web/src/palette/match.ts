/** How well a name fits what was typed: its letters in order, the better the nearer together and the nearer to words' beginnings. */

/** 0 is no fit at all; more is better. */
export function fit(name: string, typed: string): number {
  const wanted = folded(typed);
  if (wanted === "") return 1;
  const text = folded(name);
  const at = text.indexOf(wanted);
  if (at >= 0) return 1000 - Math.min(at, 200) + (isBeginning(text, at) ? 500 : 0) + (text.length === wanted.length ? 500 : 0);
  const words = wanted.split(" ");
  if (words.length > 1 && words.every((word) => text.includes(word))) return 600;
  return scattered(text, wanted.replaceAll(" ", ""));
}

/** Each letter where it comes next, but at the beginning of a word if there is one further on. */
function scattered(text: string, wanted: string): number {
  let score = 1;
  let at = -1;
  for (const letter of wanted) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return 0;
    const isNear = next === at + 1;
    const begin = isNear ? next : beginning(text, letter, next);
    at = begin;
    score += isBeginning(text, begin) ? 20 : isNear ? 12 : 0;
  }
  // letters strewn over a long name are no fit that a person meant
  return score < wanted.length * 8 ? 0 : score;
}

function beginning(text: string, letter: string, from: number): number {
  for (let at = from; at >= 0; at = text.indexOf(letter, at + 1)) {
    if (isBeginning(text, at)) return at;
  }
  return from;
}

function isBeginning(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

/** Names are folded once, however often letters are typed. */
const known = new Map<string, string>();
const KNOWN_AT_MOST = 30_000;

/** Without case and accents: `Über` is found by `uber`. */
function folded(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= KNOWN_AT_MOST) known.clear();
  const after = text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase().trim();
  known.set(text, after);
  return after;
}
