/** The window's title follows what is shown, so that tabs and the history can be told apart. */
import { effect } from "@preact/signals";
import { route } from "../state/route";
import { find, tree } from "../state/store";
import { t } from "../words";

const NAME = "Portico";

/** Answers what ends it. */
export function followTitle(): () => void {
  return effect(() => {
    const at = route.value;
    const name = at.screen === "settings" ? t("ui.command.settings") : at.screen === "thread" ? find(at.threadId, tree.value)?.name : undefined;
    document.title = name === undefined ? NAME : `${name} · ${NAME}`;
  });
}
