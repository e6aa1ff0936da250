/** One thread: its header, its rows, its composer, a panel at their side. */
import { Trash2 } from "lucide";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Composer } from "../composer/composer";
import { draftOf, forgetDraft } from "../composer/drafts";
import { PanelRegion } from "../panels/region";
import { closeThread, openThread } from "../state/client";
import { go } from "../state/route";
import { composers, opened } from "../state/store";
import { Button } from "../ui/button";
import { copy } from "../ui/copy";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { ThreadHeader } from "./header/header";
import { Ended } from "./ended";
import { Timeline } from "./timeline";
import "./screen.css";

interface Props {
  threadId: string;
  /** The row to be looked at, where a search led here. */
  rowKey: string | null;
}

/** Threads that stay opened behind the one that is looked at: going back to them is at once. One that works stays, too. */
const KEPT = 4;
let recent: readonly string[] = [];

export function ThreadScreen({ threadId, rowKey }: Props) {
  const [first] = useState(() => openThread(threadId));
  useEffect(() => {
    openThread(threadId);
    const others = recent.filter((id) => id !== threadId);
    const left = others.slice(KEPT).filter((id) => composers.peek().get(id)?.running == null);
    for (const id of left) closeThread(id);
    recent = [threadId, ...others.filter((id) => !left.includes(id))];
  }, [threadId]);
  const rows = opened.value.get(threadId);
  if (rows === undefined) return <Gone threadId={threadId} wasHere={first.isLoaded.value} />;
  return (
    <>
      <ThreadHeader threadId={threadId} rows={rows} />
      <div class="thread-body">
        <div class="thread-main">
          <Timeline key={threadId} threadId={threadId} rows={rows} rowKey={rowKey} />
          <Composer threadId={threadId} />
          <Ended threadId={threadId} rows={rows} />
        </div>
        <PanelRegion threadId={threadId} rows={rows} />
      </div>
    </>
  );
}

/** What was written for it can be taken along; it goes with this screen. */
function Gone({ threadId, wasHere }: { threadId: string; wasHere: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const { text } = draftOf(threadId).value;
  useLayoutEffect(() => {
    // the field that had the focus went with the thread
    if (document.activeElement === document.body) box.current?.querySelector("button")?.focus();
    return () => forgetDraft(threadId);
  }, []);
  return (
    <div ref={box} class="gone">
      <Icon of={Trash2} size={20} />
      <p role="status">{t(wasHere ? "ui.timeline.gone" : "ui.timeline.not_here")}</p>
      {text !== "" && (
        <figure>
          <figcaption>{t("ui.timeline.gone_draft")}</figcaption>
          <p dir="auto">{text}</p>
          <Button onClick={() => void copy(text)}>{t("ui.timeline.copy_draft")}</Button>
        </figure>
      )}
      <Button onClick={() => go({ screen: "home" }, { replace: true })}>{t("ui.command.new_thread")}</Button>
    </div>
  );
}
