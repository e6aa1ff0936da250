import { describe, expect, it } from "vitest";
import type { Node } from "../../src/boundary/types";
import { containerOf, mayMove, neighbourOf, parentOf, stepOf, threadsIn, toLines, typedAhead } from "../../src/tree/lines";

const thread = (id: string, name = id): Node => ({ id, kind: "thread", name });
const folder = (id: string, ...children: Node[]): Node => ({ id, kind: "folder", name: id, children });

const TREE = [folder("A", folder("B", thread("deep")), thread("inA")), folder("C"), thread("one", "Bread"), thread("two", "Builds"), thread("three", "Trip")];
const none = new Set<string>();
const ids = (folded: ReadonlySet<string> = none) => toLines(TREE, folded).map((line) => line.node.id);

describe("lines", () => {
  it("leaves out what is inside a closed folder and tells places among siblings", () => {
    expect(ids()).toEqual(["A", "B", "deep", "inA", "C", "one", "two", "three"]);
    expect(ids(new Set(["A"]))).toEqual(["A", "C", "one", "two", "three"]);
    const inA = toLines(TREE, none)[3]!;
    expect([inA.level, inA.parent, inA.place, inA.count, inA.isOpen]).toEqual([2, "A", 2, 2, null]);
  });

  it("moves by the keys of a tree and stays inside it", () => {
    const all = toLines(TREE, none);
    expect(stepOf(all, 0, "ArrowUp", 5)).toEqual({ to: 0 });
    expect(stepOf(all, 7, "ArrowDown", 5)).toEqual({ to: 7 });
    expect(stepOf(all, 6, "PageUp", 5)).toEqual({ to: 1 });
    expect(stepOf(all, 2, "ArrowLeft", 5)).toEqual({ to: 1 });
    expect(stepOf(all, 1, "ArrowLeft", 5)).toEqual({ fold: "B" });
    expect(stepOf(all, 0, "ArrowRight", 5)).toEqual({ to: 1 });
    expect(stepOf(toLines(TREE, new Set(["A"])), 0, "ArrowRight", 5)).toEqual({ unfold: "A" });
    // an empty folder has no line to go to
    expect(stepOf(all, 4, "ArrowRight", 5)).toBeNull();
    expect(stepOf([], 0, "ArrowDown", 5)).toBeNull();
  });

  it("finds names by their beginning, one letter again and again", () => {
    const all = toLines(TREE, none);
    const first = typedAhead(all, 4, "b");
    expect(all[first]?.node.name).toBe("Bread");
    expect(all[typedAhead(all, first, "b")]?.node.name).toBe("Builds");
    expect(all[typedAhead(all, first, "bu")]?.node.name).toBe("Builds");
    expect(all[typedAhead(all, first, "br")]?.node.name).toBe("Bread");
    expect(typedAhead(all, first, "x")).toBe(-1);
  });

  it("lets nothing into itself, into what it holds, or where it is already", () => {
    const [a] = TREE;
    expect(mayMove(TREE, a!, "A")).toBe(false);
    expect(mayMove(TREE, a!, "B")).toBe(false);
    expect(mayMove(TREE, a!, "C")).toBe(true);
    expect(mayMove(TREE, a!, null)).toBe(false);
    expect(mayMove(TREE, thread("deep"), null)).toBe(true);
  });

  it("drops beside a thread into the folder that holds it", () => {
    const all = toLines(TREE, none);
    expect(all.map(containerOf)).toEqual(["A", "B", "B", "A", "C", null, null, null]);
  });

  it("knows the folder that a key moves into or out to", () => {
    expect(neighbourOf(TREE, "one", "in")).toBe("C");
    expect(neighbourOf(TREE, "A", "in")).toBe("C");
    expect(neighbourOf(TREE, "inA", "in")).toBe("B");
    expect(neighbourOf(TREE, "deep", "in")).toBeUndefined();
    expect(neighbourOf(TREE, "deep", "out")).toBe("A");
    expect(neighbourOf(TREE, "inA", "out")).toBeNull();
    expect(neighbourOf(TREE, "one", "out")).toBeUndefined();
    expect(neighbourOf(TREE, "gone", "out")).toBeUndefined();
    expect(parentOf(TREE, "gone")).toBeUndefined();
    expect(threadsIn(TREE[0]!)).toBe(2);
  });
});
