/** Copies text, also where the page has no secure context and the browser keeps the clipboard from it. */
import { t } from "../words";
import { toast } from "./toast";

/** Says whether it was done. */
export async function copy(text: string): Promise<void> {
  toast(t((await copyText(text)) ? "ui.copied" : "ui.not_copied"));
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text);
  }
}

function copyOldWay(text: string): boolean {
  const before = document.activeElement;
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  area.className = "hidden-label";
  // a modal dialog keeps the focus from all that is outside of it
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return isDone;
}
