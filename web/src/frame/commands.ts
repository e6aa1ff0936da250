/** The commands of the palette and their keys. An area brings its own in one file and one line here. */
import type { IconNode } from "lucide";
import { panelCommands } from "../panels/commands";
import { treeCommands } from "../tree/commands";
import { isWriting, keysOf } from "./keys";
import { frameCommands } from "./own_commands";

export interface Command {
  id: string;
  label: string;
  /** As a person reads it; `mod` is Control, on a Mac the command key. E.g. `mod+k`; a lone key acts only where nothing is written. */
  keys?: string;
  /** The same by other keys. */
  otherKeys?: readonly string[];
  icon?: IconNode;
  run: () => void;
}

/** What can be done now; asked for anew each time. */
export type CommandSource = () => readonly Command[];

export const SOURCES: CommandSource[] = [frameCommands, treeCommands, panelCommands];

export function commands(): Command[] {
  return SOURCES.flatMap((source) => source());
}

/** Runs the command of a pressed key, if there is one. A dialog that asks for something has the keys for itself. */
export function runByKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]:not(.drawer)") !== null) return;
  const pressed = keysOf(event);
  if (pressed === null || (!pressed.includes("mod+") && isWriting(event.target))) return;
  const found = commands().find((command) => command.keys === pressed || command.otherKeys?.includes(pressed));
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}
