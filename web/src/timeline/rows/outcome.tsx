/** How something went that did not go well, in the row's own words. */
import { CircleX } from "lucide";
import type { Row } from "../../boundary/types";
import { Icon } from "../../ui/icon";
import { t } from "../../words";
import { detailOf } from "../phrases";

export function Outcome({ row }: { row: Row }) {
  const detail = detailOf(row);
  const told = detail !== "" ? detail : row.exit_code ? t("ui.timeline.exit", { code: row.exit_code }) : row.phase === "failed" ? t("ui.timeline.failed") : "";
  if (told === "") return null;
  return (
    <span class={`outcome ${row.level === "error" || row.phase === "failed" ? "bad" : ""}`} dir="auto">
      {row.phase === "failed" && <Icon of={CircleX} size={14} />}
      <span class="why">{told}</span>
    </span>
  );
}
