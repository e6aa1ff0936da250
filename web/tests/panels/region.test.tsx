/** A side panel opens, closes, is remembered, and hands the focus back. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Buttons from "../../src/panels/buttons";
import type * as Region from "../../src/panels/region";
import { Rows } from "../../src/state/rows";

let root: HTMLElement;

/** A page that was just loaded, so wide or so narrow. */
async function load(isWide: boolean): Promise<void> {
  vi.resetModules();
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query.includes("min-width: 1100px") && isWide, addEventListener: () => undefined }));
  const { PanelButtons }: typeof Buttons = await import("../../src/panels/buttons");
  const { PanelRegion }: typeof Region = await import("../../src/panels/region");
  const props = { threadId: "t", rows: new Rows() };
  const page = (
    <>
      <PanelButtons {...props} />
      <PanelRegion {...props} />
    </>
  );
  await act(() => render(page, root));
}

const button = () => root.querySelector<HTMLElement>(".panel-button")!;
const column = () => root.querySelector<HTMLElement>("aside");
const press = (element: Element) => act(() => (element as HTMLElement).click());
const escape = (element: Element) => act(() => void element.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true })));

beforeEach(() => {
  localStorage.clear();
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
});

describe("beside the time line", () => {
  it("it opens by its button, with a name and the focus", async () => {
    await load(true);
    expect(column()).toBeNull();
    await press(button());
    expect(button().getAttribute("aria-expanded")).toBe("true");
    expect(root.querySelector(`#${column()!.getAttribute("aria-labelledby")!}`)?.textContent).not.toBe("");
    expect(document.activeElement).toBe(column());
  });

  it("Escape in it closes it, and the focus is on the button", async () => {
    await load(true);
    await press(button());
    await escape(column()!);
    expect(column()).toBeNull();
    expect(document.activeElement).toBe(button());
  });

  it("is there after a reload, and leaves the focus alone then", async () => {
    await load(true);
    await press(button());
    render(null, root);
    await load(true);
    expect(column()).not.toBeNull();
    expect(document.activeElement).toBe(document.body);
    await press(button());
    render(null, root);
    await load(true);
    expect(column()).toBeNull();
  });
});

describe("over the time line", () => {
  it("it is a dialog, and not there after a reload", async () => {
    await load(false);
    await press(button());
    expect(column()).toBeNull();
    expect(root.querySelector("dialog")?.open).toBe(true);
    render(null, root);
    await load(false);
    expect(root.querySelector("dialog")).toBeNull();
  });

  it("is closed by its button", async () => {
    await load(false);
    await press(button());
    await press(root.querySelector("dialog .head button")!);
    expect(root.querySelector("dialog")).toBeNull();
  });
});

it("one that is remembered and no longer known is passed over", async () => {
  localStorage.setItem("portico.panel", '"gone"');
  await load(true);
  expect(column()).toBeNull();
});
