/** The name of the workspace, and the menu to another one, a new one, another name. */
import { ChevronsUpDown, Pencil, Plus } from "lucide";
import { useRef, useState } from "preact/hooks";
import { may, workspace, workspaces } from "../state/store";
import { createWorkspace, lookAtWorkspace, renameWorkspace } from "../state/threads";
import { askName } from "../ui/asks";
import { Icon } from "../ui/icon";
import { Menu, type MenuItem } from "../ui/menu";
import { t } from "../words";

export function WorkspaceSwitch() {
  const button = useRef<HTMLButtonElement>(null);
  const [at, setAt] = useState<DOMRect | null>(null);
  const name = workspace.value?.name ?? "Portico";
  return (
    <>
      <button
        ref={button}
        type="button"
        class="workspace-switch"
        aria-haspopup="menu"
        aria-expanded={at !== null}
        aria-label={t("ui.workspace.switch", { name })}
        onClick={() => setAt(button.current?.getBoundingClientRect() ?? null)}
      >
        <span class="badge" data-letter={[...name][0]?.toLocaleUpperCase()} />
        <bdi class="name">{name}</bdi>
        <Icon of={ChevronsUpDown} size={14} />
      </button>
      {at !== null && <Menu label={t("ui.workspace.menu")} items={items()} at={at} onClose={() => setAt(null)} />}
    </>
  );
}

function items(): MenuItem[] {
  const opened = workspace.peek();
  const others = workspaces.peek().map((one) => ({ id: one.id, label: one.name, isChecked: one.id === opened?.id, run: () => void lookAtWorkspace(one.id) }));
  if (!may("chat")) return others;
  const rename = { id: "rename", isApart: true, label: t("ui.workspace.rename"), icon: Pencil, run: askRename };
  const create = { id: "create", label: t("ui.workspace.create"), icon: Plus, run: askNewWorkspace };
  return opened === null ? [...others, create] : [...others, rename, create];
}

export function askRename(): void {
  const opened = workspace.peek();
  if (opened === null) return;
  askName({
    title: t("ui.workspace.rename"),
    label: t("ui.workspace.name"),
    value: opened.name,
    go: t("ui.frame.save"),
    done: (name) => void renameWorkspace(opened.id, name),
  });
}

export function askNewWorkspace(): void {
  askName({ title: t("ui.workspace.create"), label: t("ui.workspace.name"), go: t("ui.frame.create"), done: (name) => void createWorkspace(name) });
}
