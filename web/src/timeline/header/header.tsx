/** The head of a thread: its name, which can be changed in place, the buttons of its panels, and its menu. */
import { Copy, Ellipsis } from "lucide";
import { useState } from "preact/hooks";
import type { Node } from "../../boundary/types";
import { TopBar } from "../../frame/top_bar";
import { PanelButtons } from "../../panels/buttons";
import { call } from "../../state/client";
import type { Rows } from "../../state/rows";
import { renameThread, tried } from "../../state/threads";
import { find, tree } from "../../state/store";
import { threadMenu } from "../../tree/actions";
import { IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Menu, type MenuItem } from "../../ui/menu";
import { t } from "../../words";
import { Name } from "./name";
import "./header.css";

export function ThreadHeader({ threadId, rows }: { threadId: string; rows: Rows }) {
  const [at, setAt] = useState<DOMRect | null>(null);
  const [isNamed, setNamed] = useState(false);
  const node = find(threadId, tree.value);
  const name = node?.name || node?.preview || t("thread.unnamed");
  const heading = <Name name={name} isEdited={isNamed} onEdit={setNamed} onName={(fresh) => void renameThread(threadId, fresh)} />;
  return (
    <div class="thread-header">
      <TopBar title={heading}>
        <PanelButtons threadId={threadId} rows={rows} />
        <IconButton icon={Ellipsis} label={t("ui.timeline.menu")} aria-haspopup="menu" aria-expanded={at !== null} onClick={(event) => setAt(event.currentTarget.getBoundingClientRect())} />
      </TopBar>
      {at !== null && <Menu label={t("ui.timeline.menu")} at={at} onClose={() => setAt(null)} items={items(node ?? { kind: "thread", id: threadId, name }, () => setNamed(true))} />}
    </div>
  );
}

function items(node: Node, rename: () => void): MenuItem[] {
  const more: MenuItem[] = [{ id: "copy", label: t("ui.timeline.copy_thread"), icon: Copy, run: () => void copyThread(node.id) }];
  return threadMenu(node, rename, more).filter((item) => item.id !== "open");
}

async function copyThread(threadId: string): Promise<void> {
  const exported = await tried(call("thread_export", { thread_id: threadId, format: "markdown" }));
  if (exported !== undefined) await copy(exported.text);
}
