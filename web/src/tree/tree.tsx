/** The tree of threads: a virtual list of lines with the keys of a tree, a menu for each line, and dragging. */
import { MessageSquarePlus } from "lucide";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isCoarse } from "../state/prefs";
import { go, route } from "../state/route";
import { may } from "../state/store";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { t } from "../words";
import { menuOf } from "./actions";
import { dragHandlers } from "./drag";
import { pressKey } from "./keys";
import type { Line } from "./lines";
import { placeOf } from "./lines";
import { LineView } from "./line_view";
import { longPress } from "./long_press";
import { dropInto, focusedId, lines, renamingId, setFolded, shownThread } from "./state";
import { drawn, revealed } from "./view_window";
import "./tree.css";

interface MenuAt {
  line: Line;
  at: DOMRect | { x: number; y: number };
}

export function Tree() {
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<MenuAt | null>(null);
  const all = lines.value;
  const height = isCoarse.value ? 44 : 32;
  const view = useDrawn(scroller, height, all.length);
  const stop = Math.max(0, placeOf(all, focusedId.value), focusedId.value === null ? placeOf(all, shownThread.value) : 0);
  useFocus(scroller, all, stop, height);
  useShown(scroller, all, height);

  const openMenu = (line: Line, at: MenuAt["at"]) => {
    focusedId.value = line.node.id;
    lineElement(scroller.current, line.node.id)?.focus({ preventScroll: true });
    if (menuOf(line.node).length > 0) setMenu({ line, at });
  };
  const press = longPress((target, at) => {
    const line = lineAt(all, target);
    if (line !== undefined) openMenu(line, at);
  });
  const places = range(view.first, Math.min(view.end, all.length));
  if (stop < all.length && !places.includes(stop)) places.push(stop);

  return (
    <>
      <div ref={scroller} class={`tree-scroll ${dropInto.value === null ? "target" : ""}`} {...dragHandlers(all)}>
        {all.length === 0 && <Empty />}
        <div
          {...(all.length === 0 ? {} : { role: "tree" as const, "aria-label": t("ui.sidebar.label") })}
          class="tree"
          style={{ height: `${all.length * height}px` }}
          {...press}
          onClick={(event) => {
            const line = lineAt(all, event.target);
            if (line !== undefined && renamingId.peek() !== line.node.id && !press.wasLong()) choose(line, event);
          }}
          onAuxClick={(event) => {
            const line = lineAt(all, event.target);
            if (line !== undefined && event.button === 1) inNewTab(line);
          }}
          onContextMenu={(event) => {
            const line = lineAt(all, event.target);
            if (line === undefined || renamingId.peek() === line.node.id) return;
            event.preventDefault();
            const rect = lineElement(scroller.current, line.node.id)?.getBoundingClientRect();
            // the key for menus brings no place, or that of the page's corner
            openMenu(line, event.clientX === 0 && rect !== undefined ? rect : { x: event.clientX, y: event.clientY });
          }}
          onFocusIn={(event) => {
            const line = lineAt(all, event.target);
            if (line !== undefined) focusedId.value = line.node.id;
          }}
          onKeyDown={(event) => pressKey(event, all, pageOf(scroller.current, height), openMenu)}
        >
          {places.map((place) => {
            const line = all[place];
            return line === undefined ? null : <LineView key={line.node.id} line={line} top={place * height} isStop={place === stop} onMenu={openMenu} />;
          })}
        </div>
      </div>
      {menu !== null && <Menu label={t("ui.tree.actions", { name: menu.line.node.name })} items={menuOf(menu.line.node)} at={menu.at} onClose={() => setMenu(null)} />}
    </>
  );
}

function Empty() {
  return (
    <div class="tree-empty">
      <p>{t("ui.tree.empty")}</p>
      {may("chat") && route.value.screen !== "home" && (
        <Button icon={MessageSquarePlus} onClick={() => go({ screen: "home" })}>
          {t("ui.command.new_thread")}
        </Button>
      )}
    </div>
  );
}

function choose(line: Line, event: MouseEvent): void {
  focusedId.value = line.node.id;
  if (line.isOpen !== null) setFolded(line.node.id, line.isOpen);
  else if (event.ctrlKey || event.metaKey) inNewTab(line);
  else go({ screen: "thread", threadId: line.node.id });
}

function inNewTab({ node }: Line): void {
  if (node.kind === "thread") open(`#/t/${encodeURIComponent(node.id)}`, "_blank", "noopener");
}

function useDrawn(scroller: { current: HTMLDivElement | null }, lineHeight: number, count: number) {
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = () => {
      const now = { top: element.scrollTop, height: element.clientHeight };
      setSeen((before) => {
        const [old, fresh] = [drawn(before.top, before.height, lineHeight, 1e9), drawn(now.top, now.height, lineHeight, 1e9)];
        return old.first === fresh.first && old.end === fresh.end ? before : now;
      });
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [lineHeight]);
  return drawn(seen.top, seen.height, lineHeight, count);
}

/** The focus follows the focused line, also when that line goes: to the one that stands there then. */
function useFocus(scroller: { current: HTMLDivElement | null }, all: readonly Line[], stop: number, height: number): void {
  const before = useRef<{ id: string | null; place: number; had: boolean }>({ id: null, place: 0, had: false });
  const id = focusedId.value;
  useLayoutEffect(() => {
    const element = scroller.current;
    const last = before.current;
    if (element === null) return;
    const isInside = element.contains(document.activeElement) || (last.had && document.activeElement === document.body);
    if (isInside && id !== null && placeOf(all, id) < 0 && all.length > 0) {
      focusedId.value = all[Math.min(last.place, all.length - 1)]?.node.id ?? null;
      return;
    }
    if (isInside && id !== last.id && renamingId.peek() === null) {
      const to = revealed(stop, element.scrollTop, element.clientHeight, height);
      if (to !== null) element.scrollTop = to;
      lineElement(element, id)?.focus({ preventScroll: true });
    }
    before.current = { id, place: stop, had: isInside };
  }, [id, all, stop]);
}

/** The opened thread's line is brought to sight when another one is opened. */
function useShown(scroller: { current: HTMLDivElement | null }, all: readonly Line[], height: number): void {
  const shown = shownThread.value;
  const isThere = all.length > 0;
  useEffect(() => {
    const place = placeOf(all, shown);
    const element = scroller.current;
    const to = element === null || place < 0 ? null : revealed(place, element.scrollTop, element.clientHeight, height);
    if (to !== null) element!.scrollTop = to;
  }, [shown, isThere]);
}

function lineAt(all: readonly Line[], target: EventTarget | null): Line | undefined {
  const id = (target as Element | null)?.closest<HTMLElement>("[data-id]")?.dataset.id;
  return id === undefined ? undefined : all[placeOf(all, id)];
}

function lineElement(root: HTMLElement | null, id: string | null): HTMLElement | null {
  return id === null ? null : (root?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null);
}

function pageOf(element: HTMLElement | null, height: number): number {
  return Math.max(1, Math.floor((element?.clientHeight ?? 0) / height) - 1);
}

function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, step) => first + step);
}
