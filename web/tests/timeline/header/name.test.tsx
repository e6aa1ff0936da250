/** The name of a thread as a field. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Name } from "../../../src/timeline/header/name";

describe("the name", () => {
  let root: HTMLElement;
  const named = vi.fn();
  const edited = vi.fn();

  beforeEach(async () => {
    named.mockClear();
    edited.mockClear();
    root = document.body.appendChild(document.createElement("div"));
    await act(() => render(<Name name="old" isEdited onEdit={edited} onName={named} />, root));
  });

  afterEach(() => {
    render(null, root);
    root.remove();
  });

  const press = async (key: string) => {
    const field = root.querySelector("input")!;
    field.value = "new";
    await act(() => void field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
    // a browser takes the focus from a field that goes
    await act(() => void field.dispatchEvent(new FocusEvent("blur")));
  };

  it("is kept once by Enter", async () => {
    await press("Enter");
    expect(named.mock.calls).toEqual([["new"]]);
    expect(edited.mock.calls).toEqual([[false]]);
  });

  it("is left as it was by Escape", async () => {
    await press("Escape");
    expect(named).not.toHaveBeenCalled();
  });
});
