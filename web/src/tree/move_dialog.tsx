/** Chooses the folder that a thread or folder moves into: for keys and fingers what dragging is for the mouse. */
import { Check, Folder, FolderPlus, House } from "lucide";
import { useRef } from "preact/hooks";
import type { Node } from "../boundary/types";
import { tree } from "../state/store";
import { createFolder } from "../state/threads";
import { ask, askName, closeAsk } from "../ui/asks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { foldersOf, mayMove, parentOf } from "./lines";
import { moveTo } from "./move";

export function askMove(node: Node): void {
  ask(() => <MoveDialog node={node} />);
}

function MoveDialog({ node }: { node: Node }) {
  const list = useRef<HTMLUListElement>(null);
  const parent = parentOf(tree.value, node.id);
  const places = [{ id: null, name: t("ui.tree.root"), level: 0 }, ...foldersOf(tree.value).map(({ node, level }) => ({ id: node.id, name: node.name, level }))];
  const move = (folderId: string | null) => {
    closeAsk();
    moveTo(node, folderId);
  };
  return (
    <Dialog title={t("ui.tree.move_title", { name: node.name })} onClose={closeAsk} class="move">
      <ul ref={list} class="places" onKeyDown={(event) => step(list.current, event)}>
        {places.map(({ id, name, level }) => (
          <li key={id ?? ""}>
            <button
              type="button"
              disabled={id !== parent && !mayMove(tree.value, node, id)}
              aria-current={id === parent ? "true" : undefined}
              style={{ paddingInlineStart: `calc(var(--s3) + ${level} * var(--s4))` }}
              onClick={() => (id === parent ? closeAsk() : move(id))}
            >
              <Icon of={id === null ? House : Folder} size={16} />
              <span dir="auto">{name}</span>
              {id === parent && <Icon of={Check} size={16} label={t("ui.tree.is_here")} />}
            </button>
          </li>
        ))}
      </ul>
      <div class="actions">
        <Button look="plain" icon={FolderPlus} onClick={() => askFolder(null, (id) => moveTo(node, id))}>
          {t("ui.tree.new_folder")}
        </Button>
        <Button onClick={closeAsk}>{t("ui.frame.cancel")}</Button>
      </div>
    </Dialog>
  );
}

/** Makes a folder of a name that is asked for. */
export function askFolder(parentId: string | null, then?: (id: string) => void): void {
  const done = async (name: string) => {
    const id = await createFolder(name, parentId);
    if (id !== undefined) then?.(id);
  };
  askName({ title: t("ui.tree.new_folder"), label: t("ui.tree.folder_name"), go: t("ui.frame.create"), done: (name) => void done(name) });
}

function step(list: HTMLUListElement | null, event: KeyboardEvent): void {
  const way = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (way === 0 || list === null) return;
  event.preventDefault();
  const all = [...list.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  all.at((all.indexOf(document.activeElement as HTMLButtonElement) + way) % all.length)?.focus();
}
