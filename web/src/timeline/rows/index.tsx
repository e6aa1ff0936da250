/** The table of row kinds: a kind is a file here and a line in `KINDS`. One that is not known is shown plainly. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Row } from "../../boundary/types";
import { AssistantRow } from "./assistant";
import { ChangeRow } from "./change";
import { CoalescedRow } from "./coalesced";
import { EndRow } from "./end";
import { NoticeRow } from "./notice";
import { PlainRow } from "./plain";
import { QueuedRow } from "./queued";
import { ReasoningRow } from "./reasoning";
import "./rows.css";
import { TaskRow } from "./task";
import { ToolRow } from "./tool";
import { UserRow } from "./user";
import { WorkRow } from "./work";

export interface RowProps {
  row: Row;
}

const KINDS: Readonly<Record<string, ComponentType<RowProps>>> = {
  user: UserRow,
  assistant: AssistantRow,
  reasoning: ReasoningRow,
  tool: ToolRow,
  change: ChangeRow,
  task: TaskRow,
  notice: NoticeRow,
  end: EndRow,
  work: WorkRow,
  coalesced: CoalescedRow,
  queued: QueuedRow,
};

export function RowView({ row }: { row: ReadonlySignal<Row> }) {
  const Kind = Object.hasOwn(KINDS, row.value.kind) ? KINDS[row.value.kind]! : PlainRow;
  return <Kind row={row.value} />;
}
