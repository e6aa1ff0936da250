/** What programs print, made harmless to look at: escape sequences go, other control characters are made visible. Pure. */

const SEQUENCES = new RegExp(
  [
    "\\u001b\\[[0-?]*[ -/]*[@-~]", // CSI: colours, moves
    "\\u001b[\\]PX^_][^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?", // OSC and the like: titles, links
    "\\u001b[ -/]*[0-~]", // two characters
    "\\u009b[0-?]*[ -/]*[@-~]",
  ].join("|"),
  "g",
);
/** Control characters, and those that turn the direction of what follows. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const PICTURES = 0x2400;
const DELETE = 0x7f;

export function harmless(text: string): string {
  if (!/[^\t\n\u0020-\u007e]/.test(text)) return text;
  return text.replace(SEQUENCES, "").replace(/\r+\n/g, "\n").replace(/[^\n]*\r(?=[^\n])/g, "").replace(HIDDEN, visible);
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (character === "\r") return "";
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? "\u2421" : `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** The last lines of a text, without looking at all of it. */
export function tail(text: string, lines: number, most: number): string {
  const end = text.slice(-most);
  const all = end.split("\n");
  return all.slice(-lines - 1).join("\n");
}
