/** Dragging lines by the mouse into folders and back to the root; for fingers there is the dialog. */
import type { TargetedDragEvent } from "preact";
import { find, may } from "../state/store";
import { endDrag } from "./actions";
import { containerOf, type Line } from "./lines";
import { moveTo } from "./move";
import { draggedId, dropInto, mayDrop, setFolded } from "./state";

/** A closed folder that a line is held over for so long opens. */
const OPEN_MS = 650;
const TYPE = "application/x-portico-node";

let opening: { id: string; timer: ReturnType<typeof setTimeout> } | null = null;

export function dragHandlers(all: readonly Line[]) {
  return {
    onDragStart: (event: TargetedDragEvent<HTMLElement>) => {
      const line = lineOf(all, event);
      if (line === undefined || !may("chat") || event.dataTransfer === null) {
        event.preventDefault();
        return;
      }
      event.dataTransfer.setData(TYPE, line.node.id);
      event.dataTransfer.effectAllowed = "move";
      draggedId.value = line.node.id;
    },
    onDragOver: (event: TargetedDragEvent<HTMLElement>) => {
      if (draggedId.peek() === null) return;
      const line = lineOf(all, event);
      const into = line === undefined ? null : containerOf(line);
      openSoon(line);
      dropInto.value = mayDrop(draggedId.peek(), into) ? into : undefined;
      if (dropInto.peek() === undefined) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "move";
    },
    onDragLeave: (event: TargetedDragEvent<HTMLElement>) => {
      if (event.currentTarget.contains(event.relatedTarget as Node | null)) return;
      dropInto.value = undefined;
      openSoon(undefined);
    },
    onDrop: (event: TargetedDragEvent<HTMLElement>) => {
      const [id, into] = [draggedId.peek(), dropInto.peek()];
      endDrag();
      openSoon(undefined);
      const node = id === null ? null : find(id);
      if (node === null || into === undefined) return;
      event.preventDefault();
      moveTo(node, into);
    },
    onDragEnd: () => {
      endDrag();
      openSoon(undefined);
    },
  };
}

function openSoon(line: Line | undefined): void {
  const id = line?.isOpen === false ? line.node.id : null;
  if (opening?.id === id) return;
  if (opening !== null) clearTimeout(opening.timer);
  opening = id === null ? null : { id, timer: setTimeout(() => setFolded(id, false), OPEN_MS) };
}

function lineOf(all: readonly Line[], event: TargetedDragEvent<HTMLElement>): Line | undefined {
  const id = (event.target as Element).closest<HTMLElement>("[data-id]")?.dataset.id;
  return all.find((line) => line.node.id === id);
}
