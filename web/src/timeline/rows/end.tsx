/** How a turn ended that did not end well, and what it took. */
import { CircleSlash, CircleX } from "lucide";
import { Icon } from "../../ui/icon";
import { PlainText } from "../document/plain_text";
import { textOf, titleOf } from "../phrases";
import { Spent } from "./spent";
import type { RowProps } from ".";

export function EndRow({ row }: RowProps) {
  const level = row.level ?? "info";
  const title = titleOf(row);
  const text = textOf(row);
  return (
    <div class={`notice-row end-row ${level}`}>
      <Icon of={level === "error" ? CircleX : CircleSlash} size={16} />
      <div class="words">
        <strong dir="auto">{title}</strong>
        {text !== "" && text !== title && <PlainText text={text} />}
      </div>
      <Spent row={row} />
    </div>
  );
}
