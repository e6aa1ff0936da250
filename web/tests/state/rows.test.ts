/** Rows take patches as the boundary tells them. */
import { describe, expect, it } from "vitest";
import { Rows } from "../../src/state/rows";
import type { Row } from "../../src/boundary/types";

const row = (key: string, more: Partial<Row> = {}): Row => ({ key, kind: "assistant", ...more });

function loaded(keys: string[], hasMore = false): Rows {
  const rows = new Rows();
  rows.load({ rows: keys.map((key) => row(key)), cursor: "1", has_more: hasMore });
  return rows;
}

describe("rows", () => {
  it("keep a row's signal over a reload, and blocks that stay", () => {
    const rows = loaded(["a", "b"]);
    const before = rows.row("a");
    rows.take({ cursor: "2", patches: [{ op: "mark", key: "a", keep: 0, blocks: [{ type: "rule" }, { type: "rule" }] }] });
    const [first] = rows.row("a")!.peek().markdown!.blocks;
    rows.take({ cursor: "3", patches: [{ op: "mark", key: "a", keep: 1, blocks: [{ type: "rule" }] }] });
    expect(rows.row("a")!.peek().markdown!.blocks[0]).toBe(first);
    rows.load({ rows: [row("a")], cursor: "4", has_more: false });
    expect(rows.row("a")).toBe(before);
    expect(rows.order.value).toEqual(["a"]);
  });

  it("put moves, inserts, and leaves out what stands behind a row that is not here", () => {
    const rows = loaded(["a", "b", "c"], true);
    rows.take({ cursor: "2", patches: [{ op: "put", key: "a", after: "c", row: row("a") }] });
    expect(rows.order.value).toEqual(["b", "c", "a"]);
    rows.take({ cursor: "3", patches: [{ op: "put", key: "x", after: "gone", row: row("x") }] });
    rows.take({ cursor: "4", patches: [{ op: "put", key: "y", row: row("y") }] });
    expect(rows.order.value).toEqual(["b", "c", "a"]);
  });

  it("many drops at once cost one order", () => {
    const rows = loaded(["a", "b", "c"]);
    const seen: number[] = [];
    rows.order.subscribe((order) => seen.push(order.length));
    rows.take({ cursor: "2", patches: ["a", "c"].map((key) => ({ op: "drop" as const, key })) });
    expect(seen).toEqual([3, 1]);
  });
});
