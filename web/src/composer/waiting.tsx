/** What waits for the turn that runs: steers that it has not taken yet. Turns that wait are rows of the timeline. */
import type { ComposerTold } from "../boundary/types";
import { t } from "../words";

export function Waiting({ told }: { told: ComposerTold }) {
  const steers = told.steers ?? [];
  if (steers.length === 0) return null;
  return (
    <ul class="waiting" aria-label={t("ui.composer.waiting")}>
      {steers.map((steer) => (
        <li key={steer.steer_id}>
          <span class="tag">{t(`ui.composer.busy_${steer.delivery}`)}</span>
          <span dir="auto">{textOf(steer.input)}</span>
        </li>
      ))}
    </ul>
  );
}

function textOf(input: NonNullable<ComposerTold["steers"]>[number]["input"]): string {
  return input.map((part) => (part.type === "text" ? part.text : "▣")).join(" ");
}
