/** How high a row may be before it was ever drawn: near enough that the scrollbar hardly moves. Pure. */
import type { Row } from "../../boundary/types";

const LINE = 24;
const SMALL: Readonly<Record<string, number>> = { tool: 40, reasoning: 36, work: 36, coalesced: 36, notice: 40, end: 44, task: 40, queued: 72 };
const CHARACTER = 7.5;
const COLUMN = 720;

export function guess(row: Row | undefined, width: number): number {
  if (row === undefined) return 0;
  const text = row.text ?? "";
  if (row.kind === "assistant" || row.kind === "user") return 64 + LINE * lines(text, Math.min(width || COLUMN, COLUMN) / CHARACTER);
  if (row.kind === "change") return 48 + Math.min(12, (row.diff ?? []).reduce((sum, file) => sum + (file.hunks ?? []).reduce((all, hunk) => all + hunk.lines.length, 0), 0)) * 20;
  return SMALL[row.kind] ?? 44;
}

/** Lines that a text takes, by its length; exact enough for long ones without reading them. */
function lines(text: string, across: number): number {
  const breaks = text.length > 4_000 ? text.length / 200 : text.split("\n").length - 1;
  return Math.ceil(text.length / across) + breaks * 0.5;
}
