/** One line of the tree: a folder or a thread, its marks, its name being changed. */
import { ChevronRight, Ellipsis, Folder, FolderOpen, GitFork } from "lucide";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isCoarse } from "../state/prefs";
import { find } from "../state/store";
import { MOST_OF_NAME, renameNode } from "../state/threads";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { ago } from "./ago";
import { containerOf, type Line } from "./lines";
import { cutId, draggedId, dropInto, focusedId, renamingId, runningThreads, setFolded, shownThread } from "./state";

interface Props {
  line: Line;
  top: number;
  isStop: boolean;
  onMenu: (line: Line, at: DOMRect) => void;
}

export function LineView({ line, top, isStop, onMenu }: Props) {
  const { node, level, isOpen } = line;
  // what shows only beneath the pointer or the focus is made only there: a fast scroll makes hundreds of lines
  const [isNear, setNear] = useState(false);
  const hasEnd = isNear || isCoarse.value || (isStop && focusedId.value === node.id);
  const isShown = shownThread.value === node.id;
  const isRenamed = renamingId.value === node.id;
  const isTarget = dropInto.value != null && containerOf(line) === dropInto.value;
  const looks = ["tree-line", node.kind, isShown && "shown", node.is_pending && "pending", cutId.value === node.id && "cut", draggedId.value === node.id && "dragged", isTarget && "target"];
  return (
    <div
      role="treeitem"
      data-id={node.id}
      class={looks.filter(Boolean).join(" ")}
      style={{ top: `${top}px`, paddingInlineStart: `calc(var(--s2) + ${Math.min(level - 1, 8)} * (var(--s4) + var(--s1)))` }}
      tabIndex={isStop ? 0 : -1}
      aria-level={level}
      aria-posinset={line.place}
      aria-setsize={line.count}
      aria-label={labelOf(line)}
      {...(isOpen === null ? {} : { "aria-expanded": isOpen })}
      {...(isShown ? { "aria-current": "page" as const } : {})}
      draggable={!isRenamed && !isCoarse.value}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
      title={isRenamed || !isNear ? undefined : node.updated_at ? `${node.name}\n${ago(node.updated_at * 1_000)}` : node.name}
    >
      <Sign line={line} />
      {isRenamed ? <Rename line={line} /> : <bdi class="name">{node.name}</bdi>}
      {!isRenamed && hasEnd && (
        <span class="end">
          {node.kind === "thread" && node.updated_at ? <small data-ago={ago(node.updated_at * 1_000, "narrow")} /> : null}
          <IconButton
            icon={Ellipsis}
            size={16}
            tabIndex={-1}
            label={t("ui.tree.actions", { name: node.name })}
            onClick={(event) => {
              event.stopPropagation();
              onMenu(line, event.currentTarget.getBoundingClientRect());
            }}
          />
        </span>
      )}
    </div>
  );
}

function labelOf({ node }: Line): string {
  const marks = [node.forked_from != null && t("ui.tree.is_fork"), runningThreads.value.has(node.id) && t("ui.tree.is_running"), node.is_pending && t("ui.tree.is_pending"), cutId.value === node.id && t("ui.tree.is_cut")];
  return [node.name, ...marks].filter(Boolean).join(", ");
}

function Sign({ line: { node, isOpen } }: { line: Line }) {
  if (node.kind === "folder") {
    return (
      <>
        <span
          class={`chevron ${isOpen ? "open" : ""}`}
          onClick={(event) => {
            event.stopPropagation();
            setFolded(node.id, isOpen === true);
          }}
        >
          <Icon of={ChevronRight} size={14} />
        </span>
        <Icon of={isOpen ? FolderOpen : Folder} size={16} />
      </>
    );
  }
  if (runningThreads.value.has(node.id)) return <span class="sign running" />;
  return <span class="sign">{node.forked_from != null && <Icon of={GitFork} size={14} />}</span>;
}

/** Enter and leaving keep the new name, Escape the old one. */
function Rename({ line: { node } }: { line: Line }) {
  const input = useRef<HTMLInputElement>(null);
  // at once: the next letter is already the name's
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const end = (isKept: boolean) => {
    if (renamingId.peek() !== node.id) return;
    renamingId.value = null;
    const name = input.current?.value.trim() ?? "";
    if (isKept && name !== "" && name !== node.name && find(node.id) !== null) void renameNode(node, name);
  };
  return (
    <input
      ref={input}
      class="rename"
      aria-label={t("ui.tree.new_name", { name: node.name })}
      defaultValue={node.name}
      maxLength={MOST_OF_NAME}
      dir="auto"
      onClick={(event) => event.stopPropagation()}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
        event.preventDefault();
        const tree = event.currentTarget.closest<HTMLElement>("[role=treeitem]");
        end(event.key === "Enter");
        tree?.focus();
      }}
    />
  );
}
