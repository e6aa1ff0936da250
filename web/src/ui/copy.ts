/** Copies text, also where the page has no secure context and the browser keeps the clipboard from it. */
import { t } from "../words";
import { toast } from "./toast";

export async function copy(text: string): Promise<void> {
  const isDone = await modern(text);
  toast(isDone || old(text) ? t("ui.copied") : t("ui.not_copied"));
}

async function modern(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function old(text: string): boolean {
  const before = document.activeElement;
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  area.className = "hidden-label";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isDone;
}
