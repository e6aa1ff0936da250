/** The side panels of a thread. Each is one file and one line here. */
import { Info } from "lucide";
import type { IconNode } from "lucide";
import type { ComponentType } from "preact";
import type { Rows } from "../state/rows";
import type { WordId } from "../words";
import { Details } from "./details";

export interface PanelProps {
  threadId: string;
  rows: Rows;
}

export interface Panel {
  id: string;
  title: WordId;
  icon: IconNode;
  view: ComponentType<PanelProps>;
  /** Whether there is something to show of this thread; without it there always is. Asked while drawing: signals may be read. */
  isShown?: (props: PanelProps) => boolean;
}

export const PANELS: readonly Panel[] = [{ id: "details", title: "ui.panels.details", icon: Info, view: Details }];

export function panelsOf(props: PanelProps): Panel[] {
  return PANELS.filter((panel) => panel.isShown?.(props) ?? true);
}
