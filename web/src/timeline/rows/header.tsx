/** The line of a row that folds: sign, name, what it is about, how long; the whole line opens it. */
import { ChevronRight, type IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import type { Row } from "../../boundary/types";
import { Icon } from "../../ui/icon";
import { since } from "../../state/gateway_clock";
import { lasting, now } from "../clock";

interface Props {
  icon?: IconNode;
  name: string;
  isOpen: boolean;
  isRunning?: boolean;
  /** Without one there is nothing to open. */
  onToggle?: (() => void) | undefined;
  children?: ComponentChildren;
}

export function Header({ icon, name, isOpen, isRunning = false, onToggle, children }: Props) {
  const inside = (
    <>
      {isRunning ? <span class="spinner" aria-hidden /> : icon !== undefined && <Icon of={icon} size={16} />}
      <span class="name" dir="auto">
        {name}
      </span>
      {children}
      {onToggle !== undefined && <Icon of={ChevronRight} size={16} />}
    </>
  );
  if (onToggle === undefined) return <div class="fold-line">{inside}</div>;
  return (
    <button type="button" class="fold-line" aria-expanded={isOpen} onClick={onToggle}>
      {inside}
    </button>
  );
}

/** How long it took, or takes so far. */
export function Elapsed({ row }: { row: Row }) {
  if (row.phase === "running" && row.started_at_ms != null) return <Ticking from={row.started_at_ms} />;
  return row.elapsed_ms == null ? null : <span class="elapsed">{lasting(row.elapsed_ms)}</span>;
}

function Ticking({ from }: { from: number }) {
  return <span class="elapsed">{lasting(Math.floor(since(from, now.value) / 1_000) * 1_000)}</span>;
}
