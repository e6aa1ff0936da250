/** What was done before the answer: one line, and below it the steps while it is open. */
import { Workflow } from "lucide";
import { counted } from "../../words";
import { useThread } from "../context";
import { titleOf } from "../phrases";
import { toggle } from "../toggle";
import { Elapsed, Header } from "./header";
import type { RowProps } from ".";

export function WorkRow({ row }: RowProps) {
  const { threadId } = useThread();
  const count = row.count ?? 0;
  const isOpen = row.is_open === true;
  return (
    <div class="work-row">
      <Header icon={Workflow} name={titleOf(row)} isOpen={isOpen && count > 0} isRunning={row.phase === "running"} onToggle={count === 0 ? undefined : () => toggle(threadId, row.key, !isOpen)}>
        {count > 0 && <span class="subject">{counted("ui.timeline.steps", count)}</span>}
        <Elapsed row={row} />
      </Header>
    </div>
  );
}
