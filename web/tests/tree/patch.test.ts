import { describe, expect, it } from "vitest";
import type { Node } from "../../src/boundary/types";
import { patched } from "../../src/tree/patch";

const thread = (id: string, name = id): Node => ({ id, kind: "thread", name });
const folder = (id: string, ...children: Node[]): Node => ({ id, kind: "folder", name: id, children });
const shape = (nodes: readonly Node[]): unknown => nodes.map((node) => (node.kind === "folder" ? { [node.id]: shape(node.children ?? []) } : node.id));

const TREE = [folder("A", thread("x"), thread("y")), thread("one"), thread("two")];

describe("patches of the tree", () => {
  it("puts a line behind its sibling, and first without one", () => {
    const put = (id: string, parent: string | null, after: string | null) => shape(patched(TREE, [{ op: "put", node: thread(id), parent, after }]));
    expect(put("new", null, "one")).toEqual([{ A: ["x", "y"] }, "one", "new", "two"]);
    expect(put("new", "A", null)).toEqual([{ A: ["new", "x", "y"] }, "one", "two"]);
    expect(put("new", "A", "not here")).toEqual([{ A: ["new", "x", "y"] }, "one", "two"]);
    expect(put("two", "A", "x")).toEqual([{ A: ["x", "two", "y"] }, "one"]);
  });

  it("keeps what a changed or moved folder holds", () => {
    const moved = patched(TREE, [
      { op: "put", node: folder("B"), parent: null, after: "A" },
      { op: "put", node: { ...folder("A"), name: "renamed" }, parent: "B", after: null },
    ]);
    expect(shape(moved)).toEqual([{ B: [{ A: ["x", "y"] }] }, "one", "two"]);
    expect(moved[0]?.children?.[0]?.name).toBe("renamed");
  });

  it("drops a line with what is in it, and minds no line that is not there", () => {
    expect(shape(patched(TREE, [{ op: "drop", id: "A" }, { op: "drop", id: "gone" }]))).toEqual(["one", "two"]);
    const saved = patched(TREE, [
      { op: "put", node: thread("x"), parent: null, after: null },
      { op: "drop", id: "A" },
    ]);
    expect(shape(saved)).toEqual(["x", "one", "two"]);
  });

  it("takes a line that is put twice once", () => {
    const put = { op: "put" as const, node: thread("one", "later"), parent: null, after: "two" };
    expect(patched(TREE, [put, put]).map((node) => node.name)).toEqual(["A", "two", "later"]);
  });

  it("does not slow down with the tree: ten thousand lines, each moved", () => {
    const many = Array.from({ length: 10_000 }, (_, place) => thread(`t${place}`));
    const began = performance.now();
    const turned = patched(many, many.map((node) => ({ op: "put", node, parent: null, after: null })));
    expect(turned[0]?.id).toBe("t9999");
    expect(turned).toHaveLength(10_000);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
