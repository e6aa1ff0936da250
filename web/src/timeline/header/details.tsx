/** What there is to know of a thread: when, by which models, how many tokens. */
import { useEffect, useState } from "preact/hooks";
import { call } from "../../state/client";
import type { Rows } from "../../state/rows";
import { tried } from "../../state/threads";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { counted, spoken, t } from "../../words";
import { tokens } from "../tokens";
import { type Facts, facts } from "./facts";

export function Details({ threadId, rows, onClose }: { threadId: string; rows: Rows; onClose: () => void }) {
  const [found, setFound] = useState<Facts | null>(null);
  useEffect(() => {
    void tried(call("thread_export", { thread_id: threadId, format: "json" })).then((exported) => {
      if (exported !== undefined) setFound(facts(exported.text));
    });
  }, [threadId, rows]);
  return (
    <Dialog title={t("ui.timeline.details")} class="details" onClose={onClose}>
      {found === null ? <p>{t("ui.timeline.loading")}</p> : <Told facts={found} threadId={threadId} />}
      <div class="actions">
        <Button onClick={onClose}>{t("ui.timeline.close")}</Button>
      </div>
    </Dialog>
  );
}

function Told({ facts: { turns, models, usage, begun, changed }, threadId }: { facts: Facts; threadId: string }) {
  const lines: [string, string][] = [
    [t("ui.timeline.fact_turns"), counted("ui.timeline.turns", turns)],
    [t("ui.timeline.fact_models"), models.join(", ")],
    [t("ui.timeline.fact_tokens"), tokens(usage).join(" · ")],
    [t("ui.timeline.fact_begun"), when(begun)],
    [t("ui.timeline.fact_changed"), when(changed)],
    [t("ui.timeline.fact_id"), threadId],
  ];
  return (
    <dl>
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value || t("ui.timeline.nothing")}</dd>
        </div>
      ))}
    </dl>
  );
}

function when(seconds: number | null): string {
  return seconds === null ? "" : new Date(seconds * 1_000).toLocaleString(spoken.value, { dateStyle: "medium", timeStyle: "short" });
}
