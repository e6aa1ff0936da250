/** Reading older rows: one reading at a time, and a search that ends. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Rows } from "../../src/state/rows";

const call = vi.hoisted(() => vi.fn());
vi.mock("../../src/state/client", () => ({ call }));

import { older, search } from "../../src/timeline/older";

const page = (from: number, hasMore: boolean) => ({ rows: [from, from + 1].map((place) => ({ key: `${place}`, kind: "user" })), has_more: hasMore });

function rows(): Rows {
  const all = new Rows();
  all.load({ ...page(8, true), cursor: "1" });
  return all;
}

beforeEach(() => {
  call.mockReset();
});

describe("older rows", () => {
  it("are read once, however often they are asked for", async () => {
    call.mockResolvedValue(page(6, true));
    const all = rows();
    await Promise.all([older("t", all), older("t", all)]);
    expect(call).toHaveBeenCalledTimes(1);
    expect(call.mock.calls[0]![1]).toMatchObject({ thread_id: "t", before: "8" });
    expect(all.order.value).toEqual(["6", "7", "8", "9"]);
  });

  it("are searched until the row is there, or there are no more", async () => {
    const all = rows();
    call.mockImplementation((_: string, { before }: { before: string }) => Promise.resolve(page(Number(before) - 2, Number(before) > 4)));
    expect(await search("t", all, "5")).toBe(true);
    expect(call).toHaveBeenCalledTimes(2);
    expect(await search("t", all, "elsewhere")).toBe(false);
    expect(call).toHaveBeenCalledTimes(3);
  });

  it("that came with a timeline told anew meanwhile are let go", async () => {
    const all = rows();
    call.mockImplementation(() => {
      all.load({ rows: [{ key: "20", kind: "user" }], cursor: "9", has_more: true });
      return Promise.resolve(page(6, true));
    });
    await older("t", all);
    expect(all.order.value).toEqual(["20"]);
  });
});
