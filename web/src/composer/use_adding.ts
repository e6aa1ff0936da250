/** Pictures come into a draft: picked, dropped anywhere on the page, pasted. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { draftOf, edit } from "./drafts";
import { BUDGET, readPicture, weight } from "./pictures";

/** Less room than this is none. */
const LEAST_ROOM = 40_000;

export function useAdding(threadId: string | null) {
  const [isOver, setOver] = useState(false);
  const [refused, setRefused] = useState<readonly string[]>([]);

  const add = async (files: readonly File[]) => {
    const wrong: string[] = [];
    for (const file of files) {
      const words = await addOne(threadId, file);
      if (words !== null) wrong.push(words);
    }
    setRefused(wrong);
  };

  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void add(files);
  };

  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void add(files);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [threadId]);

  return { isOver, refused, add, paste };
}

/** Null, or why it was not added. */
async function addOne(threadId: string | null, file: File): Promise<string | null> {
  const name = file.name || t("ui.composer.picture");
  const room = BUDGET - weight(draftOf(threadId).peek().picks);
  if (room < LEAST_ROOM) return t("ui.composer.no_room", { name });
  try {
    const pick = await readPicture(file, room);
    edit(threadId, { picks: [...draftOf(threadId).peek().picks, pick] });
    return null;
  } catch {
    return t("ui.composer.no_picture", { name });
  }
}
