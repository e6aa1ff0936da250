/** What the model said: its document, and what can be done with it. */
import { GitFork } from "lucide";
import { forkThread } from "../../state/threads";
import { IconButton } from "../../ui/button";
import { t } from "../../words";
import { useThread } from "../context";
import { CopyButton } from "../copy_button";
import { Document } from "../document/document";
import { PlainText } from "../document/plain_text";
import { Spent } from "./spent";
import type { RowProps } from ".";

export function AssistantRow({ row }: RowProps) {
  const { threadId } = useThread();
  const isLive = row.phase === "running";
  const text = row.text ?? "";
  const isFinal = row.usage != null || row.elapsed_ms != null;
  return (
    <div class="assistant-row">
      <h2 class="hidden-label">{t("ui.timeline.answer")}</h2>
      {row.markdown != null ? <Document document={row.markdown} isLive={isLive} /> : <PlainText text={text} />}
      <div class="actions">
        {!isLive && text !== "" && <CopyButton text={() => text} label={t("ui.timeline.copy_markdown")} />}
        {isFinal && row.turn_id !== undefined && (
          <IconButton class="small" icon={GitFork} size={16} label={t("ui.timeline.fork_here")} onClick={() => void forkThread(threadId, row.turn_id ?? null)} />
        )}
        {isFinal && <Spent row={row} />}
      </div>
    </div>
  );
}
