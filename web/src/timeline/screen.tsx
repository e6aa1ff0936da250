/** One thread: its header, its rows, its composer. */
import { Trash2 } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Composer } from "../composer/composer";
import { closeThread, openThread } from "../state/client";
import { go } from "../state/route";
import { isOnline, opened } from "../state/store";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { ThreadHeader } from "./header/header";
import { Ended } from "./ended";
import { Timeline } from "./timeline";

interface Props {
  threadId: string;
  /** The row to be looked at, where a search led here. */
  rowKey: string | null;
}

/** Threads that stay opened behind the one that is looked at: going back to them is at once. */
const KEPT = 4;
let recent: readonly string[] = [];

export function ThreadScreen({ threadId, rowKey }: Props) {
  const [first] = useState(() => openThread(threadId));
  useEffect(() => {
    openThread(threadId);
    const others = recent.filter((id) => id !== threadId);
    for (const id of others.slice(KEPT)) closeThread(id);
    recent = [threadId, ...others.slice(0, KEPT)];
  }, [threadId]);
  const rows = opened.value.get(threadId);
  if (rows === undefined && first.isLoaded.value) return <Gone />;
  const shown = rows ?? first;
  return (
    <>
      <ThreadHeader threadId={threadId} rows={shown} />
      <Timeline key={threadId} threadId={threadId} rows={shown} rowKey={rowKey} />
      <Composer threadId={threadId} />
      <Ended threadId={threadId} rows={shown} />
    </>
  );
}

function Gone() {
  return (
    <div class="gone">
      <Icon of={Trash2} size={20} />
      <p role="status">{isOnline.value ? t("ui.timeline.gone") : t("ui.timeline.not_here")}</p>
      <Button onClick={() => go({ screen: "home" }, { replace: true })}>{t("ui.command.new_thread")}</Button>
    </div>
  );
}
