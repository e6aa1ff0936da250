/** What was done before the answer: one line, and below it the steps while it is open. */
import { Workflow } from "lucide";
import { counted } from "../../words";
import { useThread } from "../context";
import { titleOf } from "../phrases";
import { toggle } from "../toggle";
import { Elapsed, Header } from "./header";
import type { RowProps } from ".";

export function WorkRow({ row }: RowProps) {
  const { threadId, rows } = useThread();
  const count = row.count ?? 0;
  const isOpen = row.is_open === true;
  const isRunning = row.phase === "running";
  return (
    <div class={`work-row ${isRunning && count === 0 ? "begun" : ""}`}>
      <Header icon={Workflow} name={titleOf(row)} isOpen={isOpen && count > 0} isRunning={isRunning} onToggle={count === 0 ? undefined : () => void toggle(threadId, rows, row.key, !isOpen)}>
        {count > 0 && <span class="subject">{counted("ui.timeline.steps", count)}</span>}
        <Elapsed row={row} />
      </Header>
    </div>
  );
}
