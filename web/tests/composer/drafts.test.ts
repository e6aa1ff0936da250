import { beforeEach, describe, expect, it, vi } from "vitest";

async function fresh() {
  vi.resetModules();
  return import("../../src/composer/drafts");
}

const picture = (key: string) => ({ kind: "image" as const, key, name: key, media_type: "image/png", data: "AA==" });

describe("drafts", () => {
  beforeEach(() => localStorage.clear());

  it("keeps text and choice over a reload, a thread apart from another", async () => {
    const before = await fresh();
    before.edit("one", { text: "hello", chosen: { provider: "p", model: "m" }, mode: "Chat" });
    before.edit("two", { text: "other" });
    const after = await fresh();
    expect(after.draftOf("one").value).toMatchObject({ text: "hello", chosen: { provider: "p", model: "m" }, mode: "Chat" });
    expect(after.draftOf("two").value.text).toBe("other");
  });

  it("has the same ids until it says something else", async () => {
    const { draftOf, edit } = await fresh();
    edit("t", { text: "a" });
    const first = draftOf("t").value.turnId;
    expect(draftOf("t").value.turnId).toBe(first);
    edit("t", { text: "ab" });
    expect(draftOf("t").value.turnId).not.toBe(first);
  });

  it("loses what was sent and keeps what came meanwhile", async () => {
    const { draftOf, edit, sent } = await fresh();
    edit("t", { text: "first", picks: [picture("a")], mode: "Chat" });
    const was = draftOf("t").value;
    edit("t", { text: "first second", picks: [picture("a"), picture("b")] });
    sent("t", was);
    expect(draftOf("t").value).toMatchObject({ text: "second", picks: [picture("b")], mode: "Chat" });
  });

  it("moves to the thread that was made for it", async () => {
    const { adopt, draftOf, edit } = await fresh();
    edit(null, { text: "go", picks: [picture("a")], chosen: { model: "m" } });
    adopt("t");
    expect(draftOf("t").value).toMatchObject({ text: "go", picks: [picture("a")], chosen: { model: "m" } });
    expect(draftOf(null).value).toMatchObject({ text: "", picks: [], chosen: { model: "m" } });
  });

  it.each(["", "{", "[]", "null", '"x"', '{"text": 3}', '{"chosen": "x"}'])("begins anew where storage holds %s", async (kept) => {
    localStorage.setItem("portico.draft.t", kept);
    const { draftOf } = await fresh();
    expect(draftOf("t").value.text).toBe("");
  });

  it("lives on where storage is full", async () => {
    const { draftOf, edit } = await fresh();
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    edit("t", { text: "kept in memory" });
    expect(draftOf("t").value.text).toBe("kept in memory");
  });

  it("writes nothing down of a gateway that keeps nothing, and takes away what was", async () => {
    const { draftOf, edit } = await fresh();
    edit("t", { text: "before it was known" });
    const { gateway } = await import("../../src/state/store");
    gateway.value = { is_persistent: false } as never;
    edit("t", { text: "in memory only" });
    expect([draftOf("t").value.text, Object.keys(localStorage).filter((name) => name.startsWith("portico.draft."))]).toEqual(["in memory only", []]);
  });
});
