/** Moving a thread or folder, however it was asked for: by dragging, a key, the dialog. */
import type { Node } from "../boundary/types";
import { find, may, tree } from "../state/store";
import { moveNode } from "../state/threads";
import { toast } from "../ui/toast";
import { t } from "../words";
import { mayMove, parentOf } from "./lines";
import { setFolded } from "./state";

/** Moves at once and offers the way back. */
export function moveTo(node: Node, folderId: string | null): void {
  if (!may("chat") || !mayMove(tree.peek(), node, folderId)) return;
  const before = parentOf(tree.peek(), node.id) ?? null;
  const folder = folderId === null ? t("ui.tree.root") : (find(folderId)?.name ?? "");
  if (folderId !== null) setFolded(folderId, false);
  void moveNode(node, folderId);
  toast(t("ui.tree.moved", { name: node.name, folder }), { label: t("ui.frame.undo"), run: () => void moveNode(node, before) }, "moved");
}
