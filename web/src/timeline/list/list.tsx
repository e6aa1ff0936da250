/** Draws the rows near the view, and gaps in the place of all others. */
import { Fragment } from "preact";
import { useLayoutEffect } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import type { Rows } from "../../state/rows";
import { pieces } from "./heights";
import { type Kept, placesOf } from "./keep";
import { RowBox } from "./row_box";
import type { View } from "./view";

interface Props {
  rows: Rows;
  view: View;
  kept: ReadonlySignal<Kept>;
  /** The row that a search led to. */
  marked: string | null;
}

export function List({ rows, view, kept, marked }: Props) {
  const order = rows.order.value;
  void view.version.value;
  const { starts, drawn } = view.window(order);
  const size = rows.hasMore.value ? -1 : order.length;
  useLayoutEffect(() => view.settle());
  return (
    <>
      {pieces(starts, drawn, placesOf(kept.value, order)).map((piece) => {
        if (typeof piece !== "number") return <div key={`gap:${order[piece.before] ?? ""}`} class="gap" role="presentation" style={{ height: `${piece.gap}px` }} />;
        const key = order[piece]!;
        const row = rows.row(key);
        return row === undefined ? <Fragment key={key} /> : <RowBox key={key} row={row} rows={rows} view={view} place={piece + 1} size={size} isMarked={key === marked} />;
      })}
    </>
  );
}
