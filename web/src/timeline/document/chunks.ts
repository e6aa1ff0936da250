/** Cuts long plain text into pieces that the browser lays out apart; what is cut once stays as text is added. Pure. */

const SIZE = 4_096;
const SLACK = 1_024;

export function chunks(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (text.length - at > SIZE + SLACK) {
    const end = cut(text, at + SIZE);
    found.push(text.slice(at, end));
    at = end;
  }
  found.push(text.slice(at));
  return found;
}

/** Behind a line break if there is one near, else behind a space, else where no character is torn. */
function cut(text: string, from: number): number {
  const near = text.slice(from, from + SLACK);
  const line = near.indexOf("\n");
  if (line >= 0) return from + line + 1;
  const space = near.indexOf(" ");
  if (space >= 0) return from + space + 1;
  const code = text.charCodeAt(from);
  return code >= 0xdc00 && code <= 0xdfff ? from + 1 : from;
}

const LINES = 48;

/** Code in pieces of whole lines: as it grows, only the last of them is laid out anew. */
export function sheets(code: string): string[] {
  const found: string[] = [];
  let from = 0;
  let count = 0;
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) {
    if (++count % LINES !== 0) continue;
    found.push(code.slice(from, at + 1));
    from = at + 1;
  }
  if (from < code.length || found.length === 0) found.push(code.slice(from));
  return found;
}
