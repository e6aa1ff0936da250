/** Commands of the side panels: each of those that the opened thread has. */
import type { CommandSource } from "../frame/commands";
import { route } from "../state/route";
import { opened } from "../state/store";
import { t } from "../words";
import { panelsOf } from ".";
import { togglePanel } from "./state";

export const panelCommands: CommandSource = () => {
  const at = route.peek();
  const rows = at.screen === "thread" ? opened.peek().get(at.threadId) : undefined;
  if (at.screen !== "thread" || rows === undefined) return [];
  return panelsOf({ threadId: at.threadId, rows }).map(({ id, title, icon }) => ({
    id: `panel.${id}`,
    label: t("ui.panels.command", { name: t(title) }),
    icon,
    run: () => togglePanel(id),
  }));
};
