/** Steps that are much alike, as one line. */
import { Layers } from "lucide";
import { useThread } from "../context";
import { titleOf } from "../phrases";
import { toggle } from "../toggle";
import { Header } from "./header";
import type { RowProps } from ".";

export function CoalescedRow({ row }: RowProps) {
  const { threadId, rows } = useThread();
  const isOpen = row.is_open === true;
  return <Header icon={Layers} name={titleOf(row)} isOpen={isOpen} onToggle={() => void toggle(threadId, rows, row.key, !isOpen)} />;
}
