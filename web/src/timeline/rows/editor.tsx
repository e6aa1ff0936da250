/** A message that is written anew: it goes into a fork of what stood before it; the thread stays as it is. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../boundary/types";
import { directionOf } from "../../composer/direction";
import { tried } from "../../state/threads";
import { Button } from "../../ui/button";
import { t } from "../../words";
import { useThread } from "../context";
import { attempt, resend } from "../resend";

export function Editor({ row, onClose }: { row: Row; onClose: () => void }) {
  const { threadId } = useThread();
  const [ids] = useState(attempt);
  const [text, setText] = useState(row.text ?? "");
  const [isBusy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const end = area.current?.value.length ?? 0;
    area.current?.focus();
    area.current?.setSelectionRange(end, end);
  }, []);
  const close = () => {
    const box = area.current?.closest<HTMLElement>("[data-key]");
    onClose();
    box?.focus({ preventScroll: true });
  };
  const send = async () => {
    if (isBusy || text.trim() === "") return;
    setBusy(true);
    if ((await tried(resend(threadId, row, text, ids))) !== true) setBusy(false);
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={area}
        dir={directionOf(text)}
        aria-label={t("ui.timeline.edit")}
        value={text}
        rows={Math.min(12, Math.max(2, text.split("\n").length))}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <p class="hint">{t("ui.timeline.edit_hint")}</p>
      <div class="editor-actions">
        <Button look="plain" onClick={close}>
          {t("ui.timeline.cancel")}
        </Button>
        <Button look="main" type="submit" disabled={isBusy || text.trim() === ""}>
          {t("ui.timeline.resend")}
        </Button>
      </div>
    </form>
  );
}
