/** A row of a kind that this page does not know: its words, nothing dropped. */
import { detailOf, textOf, titleOf } from "../phrases";
import { Output } from "./output";
import type { RowProps } from ".";

export function PlainRow({ row }: RowProps) {
  const title = titleOf(row);
  const detail = detailOf(row);
  const text = textOf(row);
  return (
    <div class="plain-row">
      <p class="words">
        <strong dir="auto">{title || row.kind}</strong>
        {detail !== "" && <span dir="auto">{detail}</span>}
      </p>
      {text !== "" && <Output rowKey={row.key} text={text} isRunning={row.phase === "running"} isFolded={false} label={title || row.kind} />}
    </div>
  );
}
