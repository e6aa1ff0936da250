/** Commands of the sidebar: search, folders, workspaces, and what can be done with the opened thread. */
import { FolderPlus, Pencil, Plus, Search } from "lucide";
import type { CommandSource } from "../frame/commands";
import { focusSearch } from "../search/state";
import { route } from "../state/route";
import { find, may } from "../state/store";
import { renameThread } from "../state/threads";
import { askName } from "../ui/asks";
import { t } from "../words";
import { threadMenu } from "./actions";
import { askFolder } from "./move_dialog";
import { askNewWorkspace, askRename } from "./workspace_switch";

export const treeCommands: CommandSource = () => [
  { id: "search", label: t("ui.search.command"), keys: "/", icon: Search, run: () => focusSearch() },
  ...ofThread(),
  ...(may("chat")
    ? [
        { id: "folder.new", label: t("ui.tree.new_folder"), icon: FolderPlus, run: () => askFolder(null) },
        { id: "workspace.new", label: t("ui.workspace.create"), icon: Plus, run: askNewWorkspace },
        { id: "workspace.rename", label: t("ui.workspace.rename"), icon: Pencil, run: askRename },
      ]
    : []),
];

function ofThread() {
  const at = route.peek();
  const node = at.screen === "thread" ? find(at.threadId) : null;
  if (node === null) return [];
  const rename = () => askName({ title: t("ui.tree.rename"), label: t("ui.tree.new_name", { name: node.name }), value: node.name, go: t("ui.frame.save"), done: (name) => void renameThread(node.id, name) });
  return threadMenu(node, rename)
    .filter((item) => item.id !== "open")
    .map((item) => ({ id: `this.${item.id}`, label: t("ui.tree.of_thread", { action: item.label }), run: item.run, ...(item.icon === undefined ? {} : { icon: item.icon }) }));
}
