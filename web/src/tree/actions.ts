/** What can be done with a line of the tree: its menu, and the same by keys. */
import { Download, FileBraces, FolderInput, FolderPlus, GitFork, MessageSquare, Pencil, SquarePen, Trash } from "lucide";
import type { Node } from "../boundary/types";
import { go } from "../state/route";
import { may } from "../state/store";
import { createThread, deleteFolder, deleteThread, exportThread, forkThread, tried } from "../state/threads";
import { askSure } from "../ui/asks";
import type { MenuItem } from "../ui/menu";
import { counted, t } from "../words";
import { threadsIn } from "./lines";
import { askFolder, askMove } from "./move_dialog";
import { draggedId, dropInto, renamingId, setFolded } from "./state";

export function menuOf(node: Node): MenuItem[] {
  const rename = () => (renamingId.value = node.id);
  return node.kind === "thread" ? threadMenu(node, rename) : folderMenu(node, rename);
}

/** Also the menu of a thread's header, with `more`; `rename` begins where the person looks. */
export function threadMenu(node: Node, rename: () => void, more: readonly MenuItem[] = []): MenuItem[] {
  const changes: MenuItem[] = [
    { id: "rename", label: t("ui.tree.rename"), icon: Pencil, run: rename },
    { id: "move", label: t("ui.tree.move"), icon: FolderInput, run: () => askMove(node) },
    { id: "fork", label: t("ui.tree.fork"), icon: GitFork, run: () => void forkThread(node.id) },
  ];
  const reads: MenuItem[] = [
    { id: "markdown", label: t("ui.tree.export_markdown"), icon: Download, run: () => void exportThread(node.id, node.name, "markdown") },
    { id: "json", label: t("ui.tree.export_json"), icon: FileBraces, run: () => void exportThread(node.id, node.name, "json") },
  ];
  const open: MenuItem = { id: "open", label: t("ui.tree.open"), icon: MessageSquare, run: () => go({ screen: "thread", threadId: node.id }) };
  const erase: MenuItem = { id: "delete", label: t("ui.tree.delete"), icon: Trash, isBad: true, isApart: true, run: () => askDelete(node) };
  return may("chat") ? [open, ...changes, ...reads, ...more, erase] : [open, ...reads, ...more];
}

function folderMenu(node: Node, rename: () => void): MenuItem[] {
  if (!may("chat")) return [];
  return [
    { id: "thread", label: t("ui.tree.new_thread_here"), icon: SquarePen, run: () => void newThreadIn(node.id) },
    { id: "folder", label: t("ui.tree.new_folder_here"), icon: FolderPlus, run: () => askFolder(node.id) },
    { id: "rename", label: t("ui.tree.rename"), icon: Pencil, run: rename },
    { id: "move", label: t("ui.tree.move"), icon: FolderInput, run: () => askMove(node) },
    { id: "delete", label: t("ui.tree.delete_folder"), icon: Trash, isBad: true, isApart: true, run: () => askDelete(node) },
  ];
}

/** `then` comes after the deed, e.g. to bring the focus to a neighbour. */
export function askDelete(node: Node, then?: () => void): void {
  if (node.kind === "thread") {
    askSure({
      title: t("ui.tree.delete_title"),
      text: t("ui.tree.delete_text", { name: node.name }),
      go: t("ui.tree.delete"),
      done: () => void deleteThread(node.id).then(then),
    });
    return;
  }
  askSure({
    title: t("ui.tree.delete_folder_title"),
    text: t("ui.tree.delete_folder_text", { name: node.name, threads: counted("ui.tree.threads", threadsIn(node)) }),
    go: t("ui.tree.delete_folder"),
    done: () => void deleteFolder(node.id).then(then),
  });
}

export async function newThreadIn(folderId: string): Promise<void> {
  const id = await tried(createThread({ folderId }));
  if (id === undefined) return;
  setFolded(folderId, false);
  go({ screen: "thread", threadId: id });
}

export function endDrag(): void {
  draggedId.value = null;
  dropInto.value = undefined;
}
