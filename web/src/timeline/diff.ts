/** Diffs as lines. Pure. */
import type { DiffLine, FileDiff } from "../boundary/types";
import { harmless } from "./ansi";

/** All lines; between hunks one with the sign `@`, which says where. */
export function flat(file: FileDiff): DiffLine[] {
  return (file.hunks ?? []).flatMap((hunk, place) => {
    const lines = hunk.lines.map(({ sign, text }) => ({ sign, text: harmless(text) }));
    const header = hunk.header ?? "";
    return place > 0 || header !== "" ? [{ sign: "@", text: harmless(header) }, ...lines] : lines;
  });
}

export function sums(files: readonly FileDiff[]): { added: number; removed: number } {
  const signs = files.flatMap((file) => (file.hunks ?? []).flatMap((hunk) => hunk.lines.map((line) => line.sign)));
  return { added: signs.filter((sign) => sign === "+").length, removed: signs.filter((sign) => sign === "-").length };
}

export function diffText(file: FileDiff): string {
  const hunks = (file.hunks ?? []).flatMap((hunk) => [...(hunk.header ? [`@@ ${hunk.header}`] : []), ...hunk.lines.map(({ sign, text }) => sign + text)]);
  return hunks.join("\n") + "\n";
}
