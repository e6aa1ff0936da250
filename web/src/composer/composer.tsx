/** The composer: text, pictures, model, effort, mode; send, queue, steer, stop. */
import { ArrowUp, Square } from "lucide";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isCoarse } from "../state/prefs";
import { composers, isOnline } from "../state/store";
import { tried } from "../state/threads";
import { IconButton } from "../ui/button";
import { t } from "../words";
import { AddPicture } from "./add_picture";
import { BusyChoice } from "./busy_choice";
import "./composer.css";
import { directionOf } from "./direction";
import { type Busy, draftOf, edit } from "./drafts";
import { ModelChoice } from "./model_choice";
import { chipOf } from "./picks";
import { mention, mentionIn } from "./picks/mention";
import { useRefusals } from "./refusals";
import { send, stopTurn } from "./sending";
import { useAdding } from "./use_adding";
import { Waiting } from "./waiting";

interface Props {
  /** Null makes the thread when something is sent. */
  threadId: string | null;
}

export function Composer({ threadId }: Props) {
  const draft = draftOf(threadId).value;
  const told = threadId === null ? undefined : composers.value.get(threadId);
  const isRunning = told?.running != null;
  const [isBusy, setBusy] = useState(false);
  const planned = useRefusals(threadId, draft);
  const adding = useAdding(threadId);
  const area = useRef<HTMLTextAreaElement>(null);
  const isEmpty = draft.text.trim() === "" && draft.picks.length === 0;
  useGrowing(area, draft.text);
  // whoever comes here by a click or a first message goes on writing; who walks through the tree stays there
  useLayoutEffect(() => {
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isFree && !isCoarse.peek()) area.current?.focus({ preventScroll: true });
  }, []);

  const submit = async (busy: Busy = draft.busy) => {
    if (isEmpty || isBusy) return;
    setBusy(true);
    await send(threadId, busy);
    setBusy(false);
    area.current?.focus();
  };
  // two pictures may be refused in the same words
  const shown = [...new Set(draft.refused.length > 0 ? draft.refused : [...planned, ...adding.refused])];

  return (
    <form
      class={`composer ${adding.isOver ? "over" : ""}`}
      aria-label={t("ui.composer.label")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {threadId !== null && told !== undefined && <Waiting told={told} />}
      <div class="box">
        {draft.picks.length > 0 && <Picks threadId={threadId} />}
        <textarea
          ref={area}
          rows={1}
          dir={directionOf(draft.text)}
          enterkeyhint={isCoarse.value ? "enter" : "send"}
          aria-label={t("ui.composer.message")}
          placeholder={isRunning ? t("ui.composer.placeholder_running") : t("ui.composer.placeholder")}
          value={draft.text}
          onInput={(event) => edit(threadId, { text: event.currentTarget.value })}
          onPaste={(event) => adding.paste(event)}
          onKeyDown={(event) => void onKey(event, threadId, submit)}
        />
        <div class="tools">
          <AddPicture onFiles={adding.add} />
          <ModelChoice threadId={threadId} />
          <span class="gap" />
          {isRunning && !isEmpty && <BusyChoice busy={draft.busy} onChoose={(busy) => edit(threadId, { busy })} />}
          {isRunning && threadId !== null && (
            <IconButton class="stop" icon={Square} size={16} label={t("ui.composer.stop")} onClick={() => void tried(stopTurn(threadId))} />
          )}
          {!(isRunning && isEmpty) && (
            <IconButton class="send" type="submit" icon={ArrowUp} label={t(isRunning ? `ui.composer.send_${draft.busy}` : "ui.composer.send")} disabled={isEmpty || isBusy || !isOnline.value} />
          )}
        </div>
      </div>
      <ul class="refusals" role="status">
        {shown.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </form>
  );
}

function Picks({ threadId }: Props) {
  const { picks } = draftOf(threadId).value;
  return (
    <ul class="picks" aria-label={t("ui.composer.picks")}>
      {picks.map((pick) => {
        const Chip = chipOf(pick.kind);
        return (
          <li key={pick.key}>
            <Chip pick={pick} />
            <button type="button" aria-label={t("ui.composer.remove", { name: pick.name })} onClick={() => edit(threadId, { picks: picks.filter((one) => one.key !== pick.key) })}>
              ×
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Enter sends, with a modifier the other way; where fingers type, Enter is a new line. Escape twice stops the turn. */
async function onKey(event: KeyboardEvent, threadId: string | null, submit: (busy?: Busy) => Promise<void>): Promise<void> {
  // some browsers tell the key that ends a composition as 229 after it
  if (event.isComposing || event.keyCode === 229) return;
  const draft = draftOf(threadId).peek();
  if (event.key === "Enter" && !event.shiftKey && !event.altKey && !(isCoarse.peek() && !event.ctrlKey && !event.metaKey)) {
    event.preventDefault();
    await submit(event.ctrlKey || event.metaKey ? "queue" : draft.busy);
  } else if (event.key === " " || event.key === "Tab") {
    const area = event.currentTarget as HTMLTextAreaElement;
    const found = area.selectionStart === draft.text.length ? mentionIn(draft.text) : null;
    if (found === null) return;
    event.preventDefault();
    const pick = mention(found.path);
    edit(threadId, { text: found.rest, picks: [...draft.picks.filter((one) => one.key !== pick.key), pick] });
  } else if (event.key === "Escape" && threadId !== null && composers.peek().get(threadId)?.running != null) {
    event.preventDefault();
    if (isSecondEscape(event.timeStamp)) await tried(stopTurn(threadId));
  }
}

const TWICE_MS = 1_500;
let lastEscape = -Infinity;

function isSecondEscape(at: number): boolean {
  const isSecond = at - lastEscape < TWICE_MS;
  lastEscape = isSecond ? -Infinity : at;
  return isSecond;
}

/** The area is as high as its text, up to what its style allows. */
function useGrowing(area: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}
