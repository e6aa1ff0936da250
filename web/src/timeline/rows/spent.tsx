/** What a turn took: time at once, model and tokens when asked for. */
import type { Row } from "../../boundary/types";
import { lasting } from "../clock";
import { fold } from "../folds";
import { t } from "../../words";
import { tokens } from "../tokens";

export function Spent({ row }: { row: Row }) {
  const choice = fold(`${row.key}:spent`);
  const isOpen = choice.value === true;
  const model = [row.model_provider, row.model].filter(Boolean).join(" / ");
  const counts = tokens(row.usage ?? null);
  const brief = row.elapsed_ms == null ? t("ui.timeline.details") : lasting(row.elapsed_ms);
  if (model === "" && counts.length === 0) return row.elapsed_ms == null ? null : <span class="spent">{brief}</span>;
  return (
    <>
      <button type="button" class="spent" aria-expanded={isOpen} title={t("ui.timeline.details")} onClick={() => (choice.value = !isOpen)}>
        {brief}
      </button>
      {isOpen && (
        <span class="spent-more" dir="auto">
          {[model, ...counts].filter(Boolean).join(" · ")}
        </span>
      )}
    </>
  );
}
