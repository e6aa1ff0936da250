/** Messages of models: nothing becomes HTML, links are safe, and a block that stays is not drawn again. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import type { Document as Parsed } from "../../../src/boundary/types";
import { Document } from "../../../src/timeline/document/document";

const host = document.createElement("div");
document.body.append(host);
afterEach(() => render(null, host));

function draw(parsed: Parsed, isLive = false): void {
  void act(() => render(<Document document={parsed} isLive={isLive} />, host));
}

const words = (text: string): Parsed["blocks"][number] => ({ type: "paragraph", inlines: [{ type: "text", text }] });

describe("document", () => {
  it("shows what looks like HTML as text", () => {
    draw({ blocks: [words("<img src=x onerror=alert(1)><script>1</script>"), { type: "code", text: "</code><b>", language: "html" }] });
    expect(host.querySelector("img, script, b")).toBeNull();
    expect(host.textContent).toContain("<img src=x onerror=alert(1)>");
  });

  it("links lead out safely, and never by script or to a picture that loads", () => {
    const inlines: Extract<Parsed["blocks"][number], { type: "paragraph" }>["inlines"] = [
      { type: "link", href: "https://example.org/", inlines: [{ type: "text", text: "there" }] },
      { type: "link", href: "javascript:alert(1)", inlines: [{ type: "text", text: "bad" }] },
      { type: "link", href: "https://example.org/p.png", is_image: true, inlines: [] },
    ];
    draw({ blocks: [{ type: "paragraph", inlines }] });
    const anchors = [...host.querySelectorAll("a")];
    expect(anchors.map((one) => one.getAttribute("href"))).toEqual(["https://example.org/", "https://example.org/p.png"]);
    expect(anchors.every((one) => one.rel === "noopener noreferrer" && one.target === "_blank")).toBe(true);
    expect(host.querySelector("img")).toBeNull();
    expect(host.textContent).toContain("bad");
  });

  it("draws only the block that changed", () => {
    const first = words("first");
    draw({ blocks: [first, words("sec")] }, true);
    const paragraph = host.querySelector("p")!;
    paragraph.firstChild!.nodeValue = "touched from outside";
    draw({ blocks: [first, words("second")] }, true);
    expect([...host.querySelectorAll("p")].map((one) => one.textContent)).toEqual(["touched from outside", "second"]);
  });

  it("begins the headings of a message under those of the thread, whatever their level", () => {
    const heading = (level: number): Parsed["blocks"][number] => ({ type: "heading", level, inlines: [{ type: "text", text: "x" }] });
    draw({ blocks: [heading(2), heading(3), heading(6)] });
    expect([...host.querySelectorAll("h3, h4, h5, h6")].map((one) => one.tagName)).toEqual(["H3", "H4", "H6"]);
  });

  it("shows blocks and inlines of later kinds by their words, and text that was too large as it is", () => {
    draw({ blocks: [{ type: "hologram", text: "later" } as never, { type: "paragraph", inlines: [{ type: "spin", text: "too" } as never] }] });
    expect(host.textContent).toContain("later");
    expect(host.textContent).toContain("too");
    draw({ notice: "too_large", blocks: [words("**as it is**\nline")] });
    expect(host.querySelector(".plain-text")!.textContent).toBe("**as it is**\nline");
  });
});
