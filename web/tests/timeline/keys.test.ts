/** Moving between rows by keys. */
import { describe, expect, it } from "vitest";
import { Rows } from "../../src/state/rows";
import { stepOf, target } from "../../src/timeline/keys";

const press = (key: string, more = {}) => stepOf({ key, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, target: document.body, ...more });

function rows(): Rows {
  const all = new Rows();
  const kinds = ["user", "work", "assistant", "user", "assistant"];
  all.load({ rows: kinds.map((kind, place) => ({ key: `${place}`, kind })), cursor: "1", has_more: false });
  return all;
}

describe("keys", () => {
  it("do nothing while somebody writes", () => {
    expect(press("j", { target: document.createElement("textarea") })).toBeNull();
    expect(press("j", { ctrlKey: true })).toBeNull();
  });

  it("move by rows and by turns", () => {
    expect(target(rows(), "0", press("j")!)).toBe("1");
    expect(target(rows(), "0", press("ArrowDown", { altKey: true })!)).toBe("3");
    expect(target(rows(), "4", press("ArrowUp", { altKey: true })!)).toBe("3");
    expect(target(rows(), null, press("k")!)).toBe("4");
    expect(target(rows(), "4", press("j")!)).toBeNull();
  });
});
