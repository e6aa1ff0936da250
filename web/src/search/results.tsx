/** What the search found, in the place of the tree: names first, then messages with the words marked. */
import { useEffect, useRef } from "preact/hooks";
import type { ThreadSearchHit } from "../boundary/types";
import { ago } from "../tree/ago";
import { counted, t } from "../words";
import { markedParts } from "./marked";
import { chosen, hasMoreHits, hits, isSearching, moreHits, openHit, searched, searchFailure } from "./state";

/** So many lines before the end, more are asked for. */
const AHEAD = 5;

export function SearchResults() {
  const list = useRef<HTMLDivElement>(null);
  const found = hits.value;
  const at = chosen.value;
  useEffect(() => {
    list.current?.querySelector(`#hit-${at}`)?.scrollIntoView({ block: "nearest" });
    if (found.length > 0 && at >= found.length - AHEAD) void moreHits();
  }, [at, found]);
  return (
    <div class="search-results">
      <p class="told" role="status">
        {told(found.length)}
      </p>
      <div
        ref={list}
        id="search-results"
        class="hits"
        {...(found.length === 0 ? {} : { role: "listbox" as const, "aria-label": t("ui.search.results") })}
        aria-busy={isSearching.value}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight < 200) void moreHits();
        }}
      >
        {found.map((hit, place) => (
          <HitView key={`${hit.thread_id}/${hit.item_id ?? ""}/${hit.turn_id ?? ""}`} hit={hit} place={place} isChosen={place === at} />
        ))}
      </div>
    </div>
  );
}

function told(count: number): string {
  if (searchFailure.value !== null) return searchFailure.value;
  if (count > 0) return hasMoreHits() ? t("ui.search.many", { count }) : counted("ui.search.hits", count);
  return isSearching.value || searched.value.trim() === "" ? t("ui.search.searching") : t("ui.search.nothing");
}

function HitView({ hit, place, isChosen }: { hit: ThreadSearchHit; place: number; isChosen: boolean }) {
  const isName = hit.item_id == null && hit.turn_id == null;
  return (
    <div
      role="option"
      id={`hit-${place}`}
      class={`hit ${isChosen ? "chosen" : ""}`}
      aria-selected={isChosen}
      onPointerMove={() => (chosen.value = place)}
      onClick={() => openHit(hit)}
    >
      <span class="head">
        <bdi class="name">{isName ? <Marked hit={hit} /> : hit.name}</bdi>
        <small>{ago(hit.at * 1_000, "narrow")}</small>
      </span>
      {!isName && (
        <span class="snippet" dir="auto">
          <Marked hit={hit} />
        </span>
      )}
    </div>
  );
}

function Marked({ hit }: { hit: ThreadSearchHit }) {
  const parts = markedParts(hit.snippet, hit.matches ?? []);
  return <>{parts.map(({ text, isMatch }, place) => (isMatch ? <mark key={place}>{text}</mark> : text))}</>;
}
