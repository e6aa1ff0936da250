/** Rows that stay drawn wherever they stand: the one with the focus, and those of a selection. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";

/** Rows of a selection that are kept; a longer one keeps its ends. */
const MOST = 300;

export interface Kept {
  focused: string | null;
  from: string | null;
  to: string | null;
}

const NOTHING: Kept = { focused: null, from: null, to: null };

export function useKept(scroller: RefObject<HTMLElement | null>) {
  const [kept] = useState(() => signal<Kept>(NOTHING));
  useEffect(() => {
    const look = () => {
      const now = read(scroller.current);
      const was = kept.peek();
      if (now.focused !== was.focused || now.from !== was.from || now.to !== was.to) kept.value = now;
    };
    document.addEventListener("selectionchange", look);
    document.addEventListener("focusin", look);
    return () => {
      document.removeEventListener("selectionchange", look);
      document.removeEventListener("focusin", look);
    };
  }, []);
  return kept;
}

/** The places of the kept rows. */
export function placesOf({ focused, from, to }: Kept, order: readonly string[]): number[] {
  const places = focused === null ? [] : [order.indexOf(focused)];
  if (from === null || to === null) return places;
  const ends = [order.indexOf(from), order.indexOf(to)].sort((a, b) => a - b) as [number, number];
  if (ends[0] < 0 || ends[1] - ends[0] > MOST) return [...places, ...ends];
  for (let place = ends[0]; place <= ends[1]; place++) places.push(place);
  return places;
}

function read(scroller: HTMLElement | null): Kept {
  if (scroller === null) return NOTHING;
  const focused = keyOf(document.activeElement, scroller);
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed) return { focused, from: null, to: null };
  return { focused, from: keyOf(selection.anchorNode, scroller), to: keyOf(selection.focusNode, scroller) };
}

function keyOf(node: Node | null, scroller: HTMLElement): string | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  if (element === null || !scroller.contains(element)) return null;
  return element.closest<HTMLElement>("[data-key]")?.dataset.key ?? null;
}
