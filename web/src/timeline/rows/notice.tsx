/** Something that a person should be told, by how much it matters. */
import { CircleX, Info, TriangleAlert } from "lucide";
import { Icon } from "../../ui/icon";
import { t } from "../../words";
import { PlainText } from "../document/plain_text";
import { detailOf, textOf, titleOf } from "../phrases";
import type { RowProps } from ".";

const ICONS = { info: Info, warning: TriangleAlert, error: CircleX };

export function NoticeRow({ row }: RowProps) {
  const level = row.level ?? "info";
  const text = [titleOf(row), textOf(row), detailOf(row)].filter(Boolean).join("\n");
  return (
    <div class={`notice-row ${level}`}>
      {row.phase === "running" ? <span class="spinner" aria-hidden /> : <Icon of={ICONS[level] ?? Info} size={16} label={t(`ui.timeline.level_${level}`)} />}
      <PlainText text={text} />
    </div>
  );
}
