import { afterEach, describe, expect, it, vi } from "vitest";
import { runByKey, SOURCES } from "../../src/frame/commands";
import { keyParts, keysOf } from "../../src/frame/keys";

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });

describe("keys", () => {
  it("are told with their modifiers, signs without Shift", () => {
    expect(keysOf(press("K", { ctrlKey: true, shiftKey: true }))).toBe("mod+shift+k");
    expect(keysOf(press("/", { ctrlKey: true, shiftKey: true }))).toBe("mod+/");
    expect(keysOf(press("?", { shiftKey: true }))).toBe("?");
  });

  it("that write something are none: AltGr, composing, modifiers alone", () => {
    expect(keysOf(press("Control", { ctrlKey: true }))).toBeNull();
    expect(keysOf(press("k", { ctrlKey: true, isComposing: true }))).toBeNull();
    expect(keysOf(press("k", { altKey: true }))).toBeNull();
    const altGr = press("@", { ctrlKey: true, altKey: true });
    vi.spyOn(altGr, "getModifierState").mockReturnValue(true);
    expect(keysOf(altGr)).toBeNull();
  });

  it("read as a person calls them", () => {
    expect(keyParts("mod+shift+arrowright")).toEqual(["Ctrl", "Shift", "→"]);
    expect(keyParts("mod+,")).toEqual(["Ctrl", ","]);
  });
});

describe("commands by key", () => {
  const run = vi.fn();
  const source = () => [
    { id: "a", label: "a", keys: "mod+9", run },
    { id: "b", label: "b", keys: "!", run },
  ];
  SOURCES.push(source);
  afterEach(() => {
    run.mockReset();
    document.body.replaceChildren();
  });
  const at = (element: HTMLElement, event: KeyboardEvent) => {
    document.body.append(element);
    element.addEventListener("keydown", runByKey);
    element.dispatchEvent(event);
    return event;
  };

  it("run, and the browser does not do its own", () => {
    expect(at(document.createElement("div"), press("9", { ctrlKey: true })).defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("without a modifier only where nothing is written", () => {
    at(document.createElement("textarea"), press("!"));
    expect(run).not.toHaveBeenCalled();
    at(document.createElement("div"), press("!"));
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("wait while a dialog asks something, but not for the drawer", () => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("open", "");
    document.body.append(dialog);
    at(document.createElement("div"), press("9", { ctrlKey: true }));
    expect(run).not.toHaveBeenCalled();
    dialog.className = "drawer";
    at(document.createElement("div"), press("9", { ctrlKey: true }));
    expect(run).toHaveBeenCalledTimes(1);
  });
});
