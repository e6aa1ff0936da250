/** The rows of one opened thread: patches applied as they come, a signal a row, so that a delta redraws one row only. */
import { batch, type Signal, signal } from "@preact/signals";
import type { Append, Document, Drop, Mark, PatchesTold, Put, Row, TimelineTold } from "../boundary/types";

export type Patch = Put | Drop | Append | Mark;

/** Groups whose state is told anew after a break, and rows that a snapshot has then: as many as the gateway takes. */
const MOST_TOGGLES = 1_000;
const MOST_ROWS = 1_000;
const PAGE = 200;

export class Rows {
  /** Keys from the oldest to the newest. */
  readonly order = signal<readonly string[]>([]);
  readonly hasMore = signal(false);
  /** Whether the gateway has told a first time line. */
  readonly isLoaded = signal(false);
  /** Whether that was told now, and is not what a browser kept of another time. */
  readonly isFresh = signal(false);
  cursor: string | null = null;
  /** Groups that the person opened or closed, by key: a gateway forgets them with the connection. */
  private readonly toggles = new Map<string, boolean>();
  private readonly shown = new Map<string, Signal<Row>>();

  row(key: string): Signal<Row> | undefined {
    return this.shown.get(key);
  }

  toggled(key: string, isOpen: boolean): void {
    this.toggles.delete(key);
    this.toggles.set(key, isOpen);
    if (this.toggles.size > MOST_TOGGLES) this.toggles.delete(this.toggles.keys().next().value!);
  }

  /** What the gateway needs to go on where this page is. */
  resume(): { cursor: string | null; limit: number; toggles: Record<string, boolean> } {
    const limit = Math.min(MOST_ROWS, Math.max(PAGE, this.order.peek().length));
    return { cursor: this.cursor, limit, toggles: Object.fromEntries(this.toggles) };
  }

  list(): Row[] {
    return this.order.peek().flatMap((key) => this.shown.get(key)?.peek() ?? []);
  }

  /** Takes the place of everything. Rows that stay keep their signal, so that nothing flickers after a break. */
  load(told: Pick<TimelineTold, "rows" | "cursor" | "has_more">): void {
    batch(() => {
      const keys = new Set(told.rows.map((row) => row.key));
      for (const key of this.shown.keys()) if (!keys.has(key)) this.shown.delete(key);
      for (const row of told.rows) this.write(row);
      this.order.value = [...keys];
      this.hasMore.value = told.has_more;
      this.cursor = told.cursor;
      this.isLoaded.value = true;
      this.isFresh.value = told.cursor !== "";
    });
  }

  /** Older rows, before all others. */
  prepend(rows: readonly Row[], hasMore: boolean): void {
    batch(() => {
      const fresh = rows.filter((row) => !this.shown.has(row.key));
      for (const row of fresh) this.write(row);
      this.order.value = [...fresh.map((row) => row.key), ...this.order.peek()];
      this.hasMore.value = hasMore;
    });
  }

  take(told: Pick<PatchesTold, "patches" | "cursor">): void {
    batch(() => {
      for (const patch of told.patches) this.apply(patch);
      this.cursor = told.cursor;
    });
  }

  private apply(patch: Patch): void {
    if (patch.op === "put") {
      this.put(patch);
      return;
    }
    const row = this.shown.get(patch.key);
    if (row === undefined) return;
    if (patch.op === "drop") {
      this.shown.delete(patch.key);
      this.order.value = this.order.peek().filter((key) => key !== patch.key);
    } else if (patch.op === "append") {
      row.value = { ...row.peek(), text: (row.peek().text ?? "") + patch.text };
    } else {
      row.value = { ...row.peek(), markdown: marked(row.peek().markdown, patch) };
    }
  }

  /** A `put` behind a row that is not here belongs to older rows, which are not loaded. */
  private put(patch: Put): void {
    const order = this.order.peek();
    const after = patch.after ?? null;
    const place = after === null ? -1 : order.indexOf(after);
    if (after === null ? this.hasMore.peek() : place < 0) return;
    const known = this.shown.get(patch.key)?.peek();
    const document = patch.row.markdown ?? known?.markdown ?? null;
    this.write(document === null ? patch.row : { ...patch.row, markdown: document });
    if ((order[place + 1] ?? null) === patch.key) return;
    const others = order.filter((key) => key !== patch.key);
    others.splice(after === null ? 0 : others.indexOf(after) + 1, 0, patch.key);
    this.order.value = others;
  }

  private write(row: Row): void {
    const known = this.shown.get(row.key);
    if (known === undefined) this.shown.set(row.key, signal(row));
    else known.value = row;
  }
}

/** Blocks that stay are the same objects, so that only what changed is drawn again. */
function marked(known: Document | null | undefined, patch: Mark): Document {
  return { blocks: [...(known?.blocks.slice(0, patch.keep) ?? []), ...patch.blocks], notice: patch.notice ?? null };
}
