/** A task that was handed on: its name, where it stands, what came of it. What was done for it stands below. */
import { ListTodo } from "lucide";
import { PlainText } from "../document/plain_text";
import { fold } from "../folds";
import { useThread } from "../context";
import { toggle } from "../toggle";
import { detailOf, textOf, titleOf } from "../phrases";
import { Elapsed, Header } from "./header";
import type { RowProps } from ".";

export function TaskRow({ row }: RowProps) {
  const { threadId, rows } = useThread();
  const choice = fold(row.key);
  const detail = detailOf(row);
  const isGroup = row.is_open != null;
  const isOpen = isGroup ? row.is_open === true : choice.value === true;
  const onToggle = isGroup ? () => void toggle(threadId, rows, row.key, !isOpen) : detail === "" ? undefined : () => (choice.value = !isOpen);
  return (
    <div class={`task-row ${row.level ?? "info"}`}>
      <Header icon={ListTodo} name={titleOf(row)} isOpen={isOpen} isRunning={row.phase === "running"} onToggle={onToggle}>
        <span class={`subject ${row.level === "error" ? "bad" : ""}`}>{textOf(row)}</span>
        <Elapsed row={row} />
      </Header>
      {detail !== "" && (isOpen || row.level === "error") && (
        <div class="inside">
          <PlainText text={detail} />
        </div>
      )}
    </div>
  );
}
