/** The keys of the tree: those of the tree pattern, and what is done with the line that has the focus. */
import type { TargetedKeyboardEvent } from "preact";
import { isMod } from "../frame/keys";
import { go } from "../state/route";
import { may, tree } from "../state/store";
import { askDelete } from "./actions";
import { containerOf, type Line, neighbourOf, nodeOf, placeOf, stepOf, typedAhead } from "./lines";
import { moveTo } from "./move";
import { cutId, focusedId, renamingId, setFolded } from "./state";

/** Letters that follow each other faster are one beginning of a name. */
const TYPING_MS = 700;
let typed = "";
let typedAt = 0;

export function pressKey(event: TargetedKeyboardEvent<HTMLElement>, all: readonly Line[], page: number, menu: (line: Line, at: DOMRect) => void): void {
  const target = event.target as HTMLElement;
  const at = placeOf(all, target.closest<HTMLElement>("[data-id]")?.dataset.id ?? null);
  const line = all[at];
  if (line === undefined || target.closest("input, button") !== null) return;
  const isTaken = isMod(event) ? byMod(event, line) : !event.altKey && !event.ctrlKey && !event.metaKey && alone(event, all, at, page, menu);
  if (!isTaken) return;
  event.preventDefault();
  event.stopPropagation();
}

function alone(event: KeyboardEvent, all: readonly Line[], at: number, page: number, menu: (line: Line, at: DOMRect) => void): boolean {
  const line = all[at]!;
  const { node } = line;
  if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) {
    menu(line, (event.target as HTMLElement).getBoundingClientRect());
    return true;
  }
  if (event.key === "Enter" || event.key === " ") {
    if (line.isOpen === null) go({ screen: "thread", threadId: node.id });
    else setFolded(node.id, line.isOpen);
    return true;
  }
  if (event.key === "F2" && may("chat")) {
    renamingId.value = node.id;
    return true;
  }
  if ((event.key === "Delete" || event.key === "Backspace") && may("chat")) {
    askDelete(node);
    return true;
  }
  if (event.key === "Escape" && cutId.peek() !== null) {
    cutId.value = null;
    return true;
  }
  return walk(event, all, at, page);
}

function walk(event: KeyboardEvent, all: readonly Line[], at: number, page: number): boolean {
  const step = stepOf(all, at, event.key, page);
  if (step === null) return letters(event, all, at);
  if ("to" in step) focusedId.value = all[step.to]?.node.id ?? null;
  else if ("fold" in step) setFolded(step.fold, true);
  else setFolded(step.unfold, false);
  return true;
}

/** `/` and `?` are the page's own. */
function letters(event: KeyboardEvent, all: readonly Line[], at: number): boolean {
  if (event.key.length !== 1 || event.key === "/" || event.key === "?") return false;
  typed = event.timeStamp - typedAt < TYPING_MS ? typed + event.key : event.key;
  typedAt = event.timeStamp;
  const place = typedAhead(all, at, typed);
  if (place >= 0) focusedId.value = all[place]?.node.id ?? null;
  return true;
}

function byMod(event: KeyboardEvent, line: Line): boolean {
  if (!may("chat")) return false;
  const key = event.key.toLowerCase();
  if (event.shiftKey && (key === "arrowleft" || key === "arrowright")) {
    const to = neighbourOf(tree.peek(), line.node.id, key === "arrowright" ? "in" : "out");
    if (to !== undefined) moveTo(line.node, to);
    return true;
  }
  if (key === "x" && !event.shiftKey) {
    cutId.value = line.node.id;
    return true;
  }
  if (key !== "v" || event.shiftKey || cutId.peek() === null) return false;
  const cut = nodeOf(tree.peek(), cutId.peek()!);
  cutId.value = null;
  if (cut !== null) moveTo(cut, containerOf(line));
  return true;
}
