/** Which way a text runs, by its first letter. */
import { describe, expect, it } from "vitest";
import { directionOf } from "../../src/composer/direction";

describe("directionOf", () => {
  it.each([
    ["", "ltr"],
    ["hello שלום", "ltr"],
    ["  12. שלום hello", "rtl"],
    ["«مرحبا»", "rtl"],
    ["…!", "ltr"],
    ["日本語", "ltr"],
  ])("%s", (text, direction) => expect(directionOf(text)).toBe(direction));
});
