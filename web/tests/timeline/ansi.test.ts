/** What programs print does no harm. */
import { describe, expect, it } from "vitest";
import { harmless, tail } from "../../src/timeline/ansi";

describe("harmless", () => {
  it("takes escape sequences away", () => {
    expect(harmless("\u001b[1;31mred\u001b[0m \u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\ \u001b[2J\u001b(B.")).toBe("red link .");
  });

  it("shows what would be hidden or would turn the text", () => {
    expect(harmless("a\u0007b\u202ec\u200bd\u007f")).toBe("a␇b⟨202E⟩c⟨200B⟩d␡");
  });

  it("keeps the last state of a line that was written over", () => {
    expect(harmless("10 %\r50 %\r100 %\ndone\r\n")).toBe("100 %\ndone\n");
  });

  it("leaves other languages alone", () => {
    expect(harmless("häßlich שלום 你好 🎉")).toBe("häßlich שלום 你好 🎉");
  });

  it("tails by lines and by length", () => {
    expect(tail("a\nb\nc\nd", 2, 100)).toBe("b\nc\nd");
    expect(tail("x".repeat(100), 2, 10)).toBe("x".repeat(10));
  });
});
