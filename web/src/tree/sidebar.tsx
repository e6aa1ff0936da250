/** The sidebar: the workspace, a new thread, search, the tree, how the line stands. Beside the page, or a drawer over it. */
import { FolderPlus, SquarePen } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { KeyHint } from "../frame/key_hint";
import { shortcut } from "../frame/keys";
import { SearchField } from "../search/field";
import { SearchResults } from "../search/results";
import { searched } from "../search/state";
import { isDrawerOpen, isNarrow, isSidebarOpen, sidebarWidth } from "../state/prefs";
import { go, route } from "../state/route";
import { may } from "../state/store";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { DrawerToasts } from "../ui/toast";
import { t } from "../words";
import { Foot } from "./foot";
import { askFolder } from "./move_dialog";
import { Resizer } from "./resizer";
import "./sidebar.css";
import { slideAway } from "./slide";
import { Tree } from "./tree";
import { WorkspaceSwitch } from "./workspace_switch";

export function Sidebar() {
  if (isNarrow.value) return <Drawer />;
  if (!isSidebarOpen.value) return null;
  return (
    <nav class="sidebar" aria-label={t("ui.sidebar.label")} style={{ width: `${sidebarWidth.value / 16}rem` }}>
      <Inside />
      <Resizer />
    </nav>
  );
}

/** A dialog of the browser's: the focus stays inside, Escape closes it and the focus goes back. */
function Drawer() {
  const element = useRef<HTMLDialogElement>(null);
  const isOpen = isDrawerOpen.value;
  // at once, so that who asked for the sidebar can put the focus into it
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null || dialog.open === isOpen) return;
    if (isOpen) {
      dialog.showModal();
      return;
    }
    dialog.close();
    // what opened it may be gone with the screen that it stood on
    const focused = document.activeElement;
    if (focused === null || focused === document.body || dialog.contains(focused)) document.getElementById("main")?.focus();
  }, [isOpen]);
  const at = route.value;
  useEffect(() => close(), [at]);
  useEffect(() => close, []);
  return (
    <dialog
      ref={element}
      class="drawer"
      aria-label={t("ui.sidebar.label")}
      onClose={close}
      onCancel={close}
      onClick={(event) => {
        if (event.target === element.current) close();
      }}
      {...slideAway(close)}
    >
      <nav class="sidebar" aria-label={t("ui.sidebar.label")}>
        <Inside />
      </nav>
      {isOpen && <DrawerToasts />}
    </dialog>
  );
}

function close(): void {
  isDrawerOpen.value = false;
}

function Inside() {
  return (
    <>
      <div class="sidebar-head">
        <WorkspaceSwitch />
        {may("chat") && <IconButton icon={FolderPlus} label={t("ui.tree.new_folder")} onClick={() => askFolder(null)} />}
      </div>
      {may("chat") && <NewThread />}
      <SearchField />
      {searched.value === "" ? <Tree /> : <SearchResults />}
      <Foot />
    </>
  );
}

/** As the command of the same has it. */
const KEYS = "mod+shift+o";

function NewThread(): ComponentChildren {
  const isHere = route.value.screen === "home";
  return (
    <button
      type="button"
      class={`sidebar-new ${isHere ? "here" : ""}`}
      aria-keyshortcuts={shortcut(KEYS)}
      onClick={() => {
        go({ screen: "home" });
        close();
      }}
    >
      <Icon of={SquarePen} size={16} />
      <span class="words">{t("ui.command.new_thread")}</span>
      <KeyHint keys={KEYS} />
    </button>
  );
}
