/** A snippet cut at its matches, which count Unicode characters and not JavaScript's halves of them. */

export interface Part {
  text: string;
  isMatch: boolean;
}

/** Ranges that lie, overlap or stand in disorder mark what they can. */
export function markedParts(snippet: string, matches: readonly (readonly [number, number])[]): Part[] {
  const characters = [...snippet];
  const parts: Part[] = [];
  let at = 0;
  const add = (end: number, isMatch: boolean) => {
    if (end > at) parts.push({ text: characters.slice(at, end).join(""), isMatch });
    at = Math.max(at, end);
  };
  for (const [from, to] of [...matches].sort((a, b) => a[0] - b[0])) {
    add(Math.min(from, characters.length), false);
    add(Math.min(to, characters.length), true);
  }
  add(characters.length, false);
  return parts;
}
