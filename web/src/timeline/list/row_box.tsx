/** The box around a row: measured, named for screen readers, indented under what it belongs to. */
import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Row } from "../../boundary/types";
import type { Rows } from "../../state/rows";
import { t, type WordId } from "../../words";
import { RowView } from "../rows";
import type { View } from "./view";

interface Props {
  row: ReadonlySignal<Row>;
  rows: Rows;
  view: View;
  /** From 1. */
  place: number;
  /** Minus one where nobody knows. */
  size: number;
  isMarked: boolean;
}

const DEEPEST = 4;
const NAMES: Readonly<Record<string, WordId>> = {
  user: "ui.timeline.you",
  assistant: "ui.timeline.answer",
  reasoning: "ui.timeline.thought",
  tool: "ui.timeline.tool",
  change: "ui.timeline.change",
  task: "ui.timeline.task",
  notice: "ui.timeline.notice",
  end: "ui.timeline.end",
  work: "ui.timeline.work",
  coalesced: "ui.timeline.work",
  queued: "ui.timeline.waiting",
};

export function RowBox({ row, rows, view, place, size, isMarked }: Props) {
  const box = useRef<HTMLElement>(null);
  const { key, kind, parent } = row.value;
  useLayoutEffect(() => {
    view.put(key, box.current);
    return () => view.put(key, null);
  }, [key, view]);
  return (
    <article
      ref={box}
      data-key={key}
      class={`entry is-${Object.hasOwn(NAMES, kind) ? kind : "plain"} depth-${depth(rows, parent ?? null)} ${isMarked ? "marked" : ""}`}
      tabIndex={-1}
      aria-posinset={place}
      aria-setsize={size}
      aria-label={Object.hasOwn(NAMES, kind) ? t(NAMES[kind]!) : kind}
    >
      <RowView row={row} />
    </article>
  );
}

/** How deep it stands; rows under the work of a turn stand under one that is always there. */
function depth(rows: Rows, parent: string | null): number {
  let deep = 0;
  for (let above = parent; above !== null && deep < DEEPEST; deep++) above = rows.row(above)?.peek().parent ?? null;
  return deep;
}
