/** The rows of a thread: the part of them near the view, the way to the newest, older ones as they come near. */
import { useComputed } from "@preact/signals";
import { ArrowDown } from "lucide";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Rows } from "../state/rows";
import { link } from "../state/store";
import { Icon } from "../ui/icon";
import { counted, t } from "../words";
import { ThreadContext } from "./context";
import { focusRow, stepOf, target } from "./keys";
import { useKept } from "./list/keep";
import { List } from "./list/list";
import { type Place, View } from "./list/view";
import { older, search } from "./older";
import "./timeline.css";

interface Props {
  threadId: string;
  rows: Rows;
  /** The row to be looked at, where a search led here. */
  rowKey: string | null;
}

const MARKED_MS = 2_400;
const SAID: ReadonlySet<string> = new Set(["user", "queued"]);
/** Where somebody was in threads; the oldest are forgotten. */
const MOST_PLACES = 50;
const places = new Map<string, Place>();

function remember(threadId: string, place: Place): void {
  places.delete(threadId);
  places.set(threadId, place);
  if (places.size > MOST_PLACES) places.delete(places.keys().next().value!);
}

export function Timeline({ threadId, rows, rowKey }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useMemo(() => new View(rows, () => void older(threadId, rows), rowKey === null ? places.get(threadId) : undefined), [rows]);
  const kept = useKept(scroller);
  useLayoutEffect(() => {
    const detach = view.attach(scroller.current!);
    return () => {
      remember(threadId, view.place);
      detach();
    };
  }, [view]);
  useOwnWords(rows, view);
  const marked = useMarked(threadId, rows, view, rowKey);
  useEffect(() => {
    const press = (event: KeyboardEvent) => walk(event, rows, view);
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [view]);
  return (
    <ThreadContext.Provider value={useMemo(() => ({ threadId, rows }), [threadId, rows])}>
      <div class="timeline">
        <div ref={scroller} class="scroller" tabIndex={0} role="region" aria-label={t("ui.timeline.messages")}>
          <div class="column" role="feed" aria-label={t("ui.timeline.messages")}>
            <List rows={rows} view={view} kept={kept} marked={marked} />
          </div>
          <Empty rows={rows} />
          <Newest rows={rows} view={view} />
        </div>
      </div>
    </ThreadContext.Provider>
  );
}

/** Goes to the row of a search, and marks it for a moment. */
function useMarked(threadId: string, rows: Rows, view: View, rowKey: string | null): string | null {
  const [marked, setMarked] = useState<string | null>(null);
  const isFresh = rows.isFresh.value;
  useEffect(() => {
    if (rowKey === null || !isFresh) return;
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    void search(threadId, rows, rowKey).then((isFound) => {
      if (!isFound || !isWanted) return;
      setMarked(rowKey);
      view.goTo(rowKey);
      timer = setTimeout(() => setMarked(null), MARKED_MS);
    });
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [rowKey, isFresh, view]);
  return marked;
}

/** The way back to the end, with how many rows came since. */
function Newest({ rows, view }: { rows: Rows; view: View }) {
  const fresh = useComputed(() => {
    const seen = view.lastSeen.value;
    const order = rows.order.value;
    const place = seen === null ? -1 : order.lastIndexOf(seen);
    return place < 0 ? 0 : order.length - 1 - place;
  });
  if (view.isAtEnd.value) return null;
  const count = fresh.value;
  return (
    <div class="newest">
      <button type="button" onClick={() => view.toEnd()}>
        <Icon of={ArrowDown} size={16} />
        {count > 0 ? counted("ui.timeline.fresh", count) : t("ui.timeline.newest")}
      </button>
    </div>
  );
}

function Empty({ rows }: { rows: Rows }) {
  const isCutOff = link.value.kind === "offline";
  if (!rows.isLoaded.value) return <p class={`empty ${isCutOff ? "" : "loading"}`}>{t(isCutOff ? "ui.timeline.not_here" : "ui.timeline.loading")}</p>;
  return rows.order.value.length === 0 ? <p class="empty">{t("ui.timeline.empty")}</p> : null;
}

function walk(event: KeyboardEvent, rows: Rows, view: View): void {
  const step = event.defaultPrevented ? null : stepOf(event);
  if (step === null || document.querySelector("dialog[open]") !== null) return;
  const from = document.activeElement?.closest<HTMLElement>(".timeline [data-key]")?.dataset.key ?? null;
  const key = target(rows, from, step);
  if (key === null) return;
  event.preventDefault();
  focusRow(view, key);
}

/** What somebody says is looked at, even if they had scrolled up. */
function useOwnWords(rows: Rows, view: View): void {
  const order = rows.order.value;
  const before = useRef<string | null>(null);
  useLayoutEffect(() => {
    const last = order.findLast((key) => SAID.has(rows.row(key)?.peek().kind ?? "")) ?? null;
    const isNew = before.current !== null && last !== null && last !== before.current && order.indexOf(last) > order.indexOf(before.current);
    before.current = last;
    if (isNew && document.activeElement?.closest("form") != null && document.activeElement.closest(".timeline") === null) view.toEnd();
  }, [order]);
}
