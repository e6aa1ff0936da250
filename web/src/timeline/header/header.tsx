/** The head of a thread: its name, which can be changed in place, and its menu. */
import { Copy, Ellipsis, FileJson, FileText, GitFork, Info, Pencil, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { TopBar } from "../../frame/top_bar";
import { call } from "../../state/client";
import type { Rows } from "../../state/rows";
import { deleteThread, exportThread, forkThread, renameThread, tried } from "../../state/threads";
import { find, may, tree } from "../../state/store";
import { askSure } from "../../ui/asks";
import { IconButton } from "../../ui/button";
import { Menu, type MenuItem } from "../../ui/menu";
import { toast } from "../../ui/toast";
import { t } from "../../words";
import { copyText } from "../copy";
import { Details } from "./details";
import { Name } from "./name";
import "./header.css";

export function ThreadHeader({ threadId, rows }: { threadId: string; rows: Rows }) {
  const [at, setAt] = useState<DOMRect | null>(null);
  const [isNamed, setNamed] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const node = find(threadId, tree.value);
  const name = node?.name || node?.preview || t("thread.unnamed");
  const heading = <Name name={name} isEdited={isNamed} onEdit={setNamed} onName={(fresh) => void renameThread(threadId, fresh)} />;
  return (
    <div class="thread-header">
      <TopBar title={heading}>
        <IconButton icon={Ellipsis} label={t("ui.timeline.menu")} aria-haspopup="menu" aria-expanded={at !== null} onClick={(event) => setAt(event.currentTarget.getBoundingClientRect())} />
      </TopBar>
      {at !== null && <Menu label={t("ui.timeline.menu")} at={at} onClose={() => setAt(null)} items={items(threadId, name, () => setNamed(true), () => setAsked(true))} />}
      {isAsked && <Details threadId={threadId} rows={rows} onClose={() => setAsked(false)} />}
    </div>
  );
}

function items(threadId: string, name: string, rename: () => void, tell: () => void): MenuItem[] {
  const changes: MenuItem[] = [
    { id: "rename", label: t("ui.timeline.rename"), icon: Pencil, run: rename },
    { id: "fork", label: t("ui.timeline.fork"), icon: GitFork, run: () => void forkThread(threadId) },
  ];
  const erase: MenuItem = { id: "delete", label: t("ui.timeline.delete"), icon: Trash2, isBad: true, run: () => sure(threadId, name) };
  return [
    ...(may("chat") ? changes : []),
    { id: "copy", label: t("ui.timeline.copy_thread"), icon: Copy, run: () => void copyThread(threadId) },
    { id: "markdown", label: t("ui.timeline.export_markdown"), icon: FileText, run: () => void exportThread(threadId, name, "markdown") },
    { id: "json", label: t("ui.timeline.export_json"), icon: FileJson, run: () => void exportThread(threadId, name, "json") },
    { id: "details", label: t("ui.timeline.details"), icon: Info, run: tell },
    ...(may("chat") ? [erase] : []),
  ];
}

async function copyThread(threadId: string): Promise<void> {
  const exported = await tried(call("thread_export", { thread_id: threadId, format: "markdown" }));
  if (exported === undefined) return;
  toast(t((await copyText(exported.text)) ? "ui.timeline.copied" : "ui.timeline.copy_failed"));
}

function sure(threadId: string, name: string): void {
  const title = t("ui.timeline.delete_title");
  const text = t("ui.timeline.delete_text", { name });
  askSure({ title, text, go: t("ui.timeline.delete"), done: () => void deleteThread(threadId) });
}
