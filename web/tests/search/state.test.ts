import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasMoreHits, hits, isSearching, moreHits, openHit, search, searched, searchFailure } from "../../src/search/state";
import { route } from "../../src/state/route";

const { call } = vi.hoisted(() => ({ call: vi.fn() }));
vi.mock("../../src/state/client", () => ({ call, show: vi.fn(), switchWorkspace: vi.fn() }));

const hit = (id: string) => ({ thread_id: id, name: id, snippet: id, at: 0 });

beforeEach(() => {
  vi.useFakeTimers();
  call.mockReset();
});
afterEach(() => {
  search("");
  vi.useRealTimers();
});

describe("the search", () => {
  it("asks once after typing pauses", async () => {
    call.mockResolvedValue({ items: [hit("a")], next_cursor: null });
    for (const typed of ["b", "br", "bread "]) search(typed);
    await vi.advanceTimersByTimeAsync(500);
    expect(call).toHaveBeenCalledTimes(1);
    expect(call.mock.calls[0]?.[1]).toMatchObject({ query: "bread", cursor: null });
    expect(hits.value.map((one) => one.thread_id)).toEqual(["a"]);
  });

  it("leaves an answer that comes after something else was typed", async () => {
    let answer: (found: unknown) => void = () => undefined;
    call.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    search("old");
    await vi.advanceTimersByTimeAsync(500);
    call.mockResolvedValueOnce({ items: [hit("new")], next_cursor: null });
    search("new");
    await vi.advanceTimersByTimeAsync(500);
    answer({ items: [hit("old")], next_cursor: "more" });
    await vi.advanceTimersByTimeAsync(1);
    expect(hits.value.map((one) => one.thread_id)).toEqual(["new"]);
    expect(hasMoreHits()).toBe(false);
  });

  it("pages by the cursor, one page at a time", async () => {
    call.mockResolvedValueOnce({ items: [hit("a")], next_cursor: "c1" }).mockResolvedValueOnce({ items: [hit("b")], next_cursor: null });
    search("x");
    await vi.advanceTimersByTimeAsync(500);
    await Promise.all([moreHits(), moreHits()]);
    await moreHits();
    expect(call).toHaveBeenCalledTimes(2);
    expect(call.mock.calls[1]?.[1]).toMatchObject({ cursor: "c1" });
    expect(hits.value.map((one) => one.thread_id)).toEqual(["a", "b"]);
  });

  it("says what went wrong and is not searching then", async () => {
    call.mockRejectedValue(new Error("no"));
    search("x");
    await vi.advanceTimersByTimeAsync(500);
    expect([searchFailure.value, isSearching.value, searched.value]).toEqual(["no", false, "x"]);
  });

  it("opens a message at its row and a name at the thread", () => {
    openHit({ ...hit("a"), item_id: "row" });
    expect(route.value).toEqual({ screen: "thread", threadId: "a", rowKey: "row" });
    openHit(hit("a"));
    expect(route.value).toEqual({ screen: "thread", threadId: "a" });
  });
});
