import { describe, expect, it } from "vitest";
import { mention, mentionIn } from "../../src/composer/picks/mention";

describe("mentions", () => {
  it.each([
    ["look at @src/app.py", { path: "src/app.py", rest: "look at " }],
    ["@README.md", { path: "README.md", rest: "" }],
    ["mail me@home", null],
    ["@", null],
    ["@a b", null],
    ["@@x", null],
  ])("%s", (text, found) => {
    expect(mentionIn(text)).toEqual(found);
  });

  it("is named by the last part of its path", () => {
    expect(mention("src/app.py")).toEqual({ kind: "mention", key: "mention:src/app.py", name: "app.py", path: "src/app.py" });
  });
});
