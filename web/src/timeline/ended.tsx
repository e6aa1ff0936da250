/** Tells screen readers that a turn ended: the stream itself is not read out delta by delta. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Rows } from "../state/rows";
import { composers } from "../state/store";
import { t } from "../words";
import { titleOf } from "./phrases";

export function Ended({ threadId, rows }: { threadId: string; rows: Rows }) {
  const running = composers.value.get(threadId)?.running ?? null;
  const before = useRef<string | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (running !== null) setSaid(t("ui.timeline.begun"));
    else if (before.current !== null) setSaid(ending(rows));
    before.current = running;
  }, [running]);
  return (
    <p class="hidden-label" role="status" aria-live="polite">
      {said}
    </p>
  );
}

function ending(rows: Rows): string {
  const last = rows.row(rows.order.peek().at(-1) ?? "")?.peek();
  return last?.kind === "end" ? t("ui.timeline.ended", { how: titleOf(last) }) : t("ui.timeline.answered");
}
