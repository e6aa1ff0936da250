/** The window on the rows: what is drawn, what stays where it is when something changes, whether the end is followed. */
import { signal } from "@preact/signals";
import type { Rows } from "../../state/rows";
import { guess } from "./guess";
import { Heights, offsets, type Span, span } from "./heights";

interface Anchor {
  key: string;
  top: number;
  /** Of a row that is higher than the view: what of it is in the view, and where. */
  inner?: { element: Element; top: number } | undefined;
}

/** Where somebody was in a thread, to come back to. */
export interface Place {
  anchors: readonly Anchor[];
  isAtEnd: boolean;
}

/** Pixels above and below the view that are drawn too. */
const MARGIN = 900;
/** Nearer than this to the end is at the end. */
const NEAR_END = 4;
const FIRST_HEIGHT = 900;
const TARGET_TOP = 72;

export class View {
  /** Grows when other rows are to be drawn. */
  readonly version = signal(0);
  readonly isAtEnd = signal(true);
  /** The newest row when somebody left the end. */
  readonly lastSeen = signal<string | null>(null);
  readonly heights: Heights;
  private scroller: HTMLElement | null = null;
  private readonly drawn = new Map<string, HTMLElement>();
  private readonly sizes: ResizeObserver;
  private anchors: readonly Anchor[] = [];
  private target: string | null = null;
  private top = 0;
  private height = FIRST_HEIGHT;
  private width = 0;
  private shown: Span = { first: 0, last: 0 };

  constructor(
    private readonly rows: Rows,
    /** Told when older rows come near. */
    private readonly atTop: () => void,
    from: Place | undefined,
  ) {
    this.heights = new Heights((key) => guess(rows.row(key)?.peek(), this.width));
    this.sizes = new ResizeObserver((entries) => this.measured(entries));
    if (from !== undefined && !from.isAtEnd && from.anchors[0] !== undefined) {
      this.isAtEnd.value = false;
      this.anchors = from.anchors;
      this.target = from.anchors[0].key;
    }
  }

  get place(): Place {
    // without elements: what is remembered would keep a page that was left
    return { anchors: this.anchors.map(({ key, top }) => ({ key, top })), isAtEnd: this.isAtEnd.peek() };
  }

  attach(scroller: HTMLElement): () => void {
    this.scroller = scroller;
    this.sizes.observe(scroller);
    const scrolled = () => this.scrolled();
    scroller.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      scroller.removeEventListener("scroll", scrolled);
      this.sizes.disconnect();
      this.scroller = null;
    };
  }

  /** A row's element came or went. */
  put(key: string, element: HTMLElement | null): void {
    const known = this.drawn.get(key);
    if (known === element) return;
    if (known !== undefined) this.sizes.unobserve(known);
    if (element === null) this.drawn.delete(key);
    else {
      this.drawn.set(key, element);
      this.sizes.observe(element);
    }
  }

  element(key: string): HTMLElement | undefined {
    return this.drawn.get(key);
  }

  /** Which of these rows are to be drawn now. */
  window(order: readonly string[]): { starts: Float64Array; drawn: Span } {
    const starts = offsets(order, this.heights);
    this.shown = this.spanOf(order, starts);
    return { starts, drawn: this.shown };
  }

  /** After a drawing: what a person looks at stands where it stood. */
  settle(): void {
    const scroller = this.scroller;
    if (scroller === null) return;
    if (this.isAtEnd.peek()) {
      this.top = scroller.scrollHeight - scroller.clientHeight;
      if (Math.abs(scroller.scrollTop - this.top) >= 1) scroller.scrollTop = this.top;
    } else {
      this.restore(scroller);
    }
    this.remember(scroller);
  }

  toEnd(): void {
    this.target = null;
    this.isAtEnd.value = true;
    this.lastSeen.value = null;
    this.version.value++;
    this.settle();
  }

  /** That row stands near the top of the view. */
  goTo(key: string): void {
    this.leaveEnd();
    this.target = key;
    this.anchors = [{ key, top: TARGET_TOP }];
    this.version.value++;
  }

  private spanOf(order: readonly string[], starts: Float64Array): Span {
    const all = starts[order.length]!;
    if (this.isAtEnd.peek()) return span(starts, all - this.height - MARGIN, all);
    const top = this.wanted(order, starts) ?? this.top;
    return span(starts, top - MARGIN, top + this.height + MARGIN);
  }

  /** Where the view begins so that its rows stay where they are, whatever came or went above them. */
  private wanted(order: readonly string[], starts: Float64Array): number | null {
    for (const { key, top } of this.anchors) {
      const place = order.indexOf(key);
      if (place >= 0) return starts[place]! - top;
    }
    return null;
  }

  private scrolled(): void {
    const scroller = this.scroller;
    if (scroller === null) return;
    const top = scroller.scrollTop;
    const left = scroller.scrollHeight - top - scroller.clientHeight;
    if (left <= NEAR_END) this.reachEnd();
    else if (top < this.top - 1) this.leaveEnd();
    if (Math.abs(top - this.top) > 2) this.target = null;
    this.top = top;
    this.remember(scroller);
    this.look();
  }

  /** Draws other rows if others are near now. */
  private look(): void {
    const order = this.rows.order.peek();
    const now = this.spanOf(order, offsets(order, this.heights));
    if (now.first < this.shown.first || now.last > this.shown.last || now.first > this.shown.first + 12 || now.last < this.shown.last - 12) {
      this.version.value++;
    }
    if (this.rows.hasMore.peek() && this.top < this.height * 1.5) this.atTop();
  }

  private reachEnd(): void {
    if (this.rows.order.peek().length === 0) return;
    this.isAtEnd.value = true;
    this.lastSeen.value = null;
  }

  private leaveEnd(): void {
    if (!this.isAtEnd.peek()) return;
    this.isAtEnd.value = false;
    this.lastSeen.value = this.rows.order.peek().at(-1) ?? null;
  }

  private measured(entries: ResizeObserverEntry[]): void {
    for (const entry of entries) {
      if (entry.target === this.scroller) this.resized(entry.contentRect);
      else {
        const element = entry.target as HTMLElement;
        const key = element.dataset.key;
        const height = entry.borderBoxSize[0]?.blockSize;
        if (key !== undefined && height !== undefined && element.isConnected) this.heights.set(key, height);
      }
    }
    this.settle();
    this.look();
  }

  private resized({ width, height }: DOMRectReadOnly): void {
    if (this.width !== 0 && Math.abs(width - this.width) > 1) {
      this.heights.forget();
      for (const [key, element] of this.drawn) this.heights.set(key, element.getBoundingClientRect().height);
    }
    this.width = width;
    this.height = height;
  }

  private restore(scroller: HTMLElement): void {
    const from = scroller.getBoundingClientRect().top;
    for (const { key, top, inner } of this.anchors) {
      const element = this.drawn.get(key);
      if (element === undefined) continue;
      const moved = this.target === null ? scroller.scrollTop - this.top : 0;
      const held = inner?.element.isConnected ? inner : { element, top };
      const off = held.element.getBoundingClientRect().top - from - (held.top - moved);
      if (Math.abs(off) >= 1) scroller.scrollTop += off;
      break;
    }
    this.top = scroller.scrollTop;
  }

  /** Where the rows in the view stand, from the first of them. */
  private remember(scroller: HTMLElement): void {
    if (this.target !== null && this.drawn.get(this.target) === undefined) return;
    const { top: from, bottom } = scroller.getBoundingClientRect();
    const seen: Anchor[] = [];
    for (const [key, element] of this.drawn) {
      const box = element.getBoundingClientRect();
      if (box.bottom > from && box.top < bottom) seen.push({ key, top: box.top - from, inner: box.top < from ? innerOf(element, from) : undefined });
    }
    seen.sort((a, b) => a.top - b.top);
    const held = this.target === null ? undefined : seen.find(({ key }) => key === this.target);
    this.anchors = held === undefined ? seen : [held, ...seen];
  }
}

/** The first part of a row that reaches into the view: parts before it may yet turn out higher or lower. */
function innerOf(row: HTMLElement, from: number): Anchor["inner"] {
  for (const element of row.querySelectorAll(".document > *, .chunk")) {
    const box = element.getBoundingClientRect();
    if (box.bottom > from && element.querySelector(".chunk") === null) return { element, top: box.top - from };
  }
  return undefined;
}
