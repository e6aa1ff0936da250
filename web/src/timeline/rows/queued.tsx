/** A message that waits until the thread is free; it can be taken back. */
import { X } from "lucide";
import { call } from "../../state/client";
import { tried } from "../../state/threads";
import { IconButton } from "../../ui/button";
import { t } from "../../words";
import { useThread } from "../context";
import { PlainText } from "../document/plain_text";
import { textOf } from "../phrases";
import { Attachments } from "./attachments";
import type { RowProps } from ".";

export function QueuedRow({ row }: RowProps) {
  const { threadId } = useThread();
  const text = textOf(row);
  const remove = () => void tried(call("active_thread_queue_remove", { thread_id: threadId, turn_id: row.turn_id ?? "" }));
  return (
    <div class="user-row queued-row">
      {(row.attachments ?? []).length > 0 && <Attachments of={row.attachments!} />}
      {text !== "" && (
        <div class="bubble">
          <PlainText text={text} />
        </div>
      )}
      <div class="actions always">
        <span class="hint">{t("ui.timeline.waiting")}</span>
        <IconButton class="small" icon={X} size={16} label={t("ui.timeline.remove")} onClick={remove} />
      </div>
    </div>
  );
}
