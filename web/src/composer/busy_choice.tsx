/** What a message does while a turn runs: change it now, go on at its end, or wait as a turn of its own. */
import { t } from "../words";
import type { Busy } from "./drafts";

const WAYS: readonly Busy[] = ["steer", "follow_up", "queue"];

export function BusyChoice({ busy, onChoose }: { busy: Busy; onChoose: (busy: Busy) => void }) {
  return (
    <select class="pill" aria-label={t("ui.composer.busy")} value={busy} onChange={(event) => onChoose(event.currentTarget.value as Busy)}>
      {WAYS.map((way) => (
        <option key={way} value={way}>
          {t(`ui.composer.busy_${way}`)}
        </option>
      ))}
    </select>
  );
}
