/** A file that is named in a message, by its path on the gateway's machine. */
import { FileText } from "lucide";
import type { MentionPick } from "../../boundary/types";
import { Icon } from "../../ui/icon";
import type { ChipProps } from ".";

export function MentionChip({ pick }: ChipProps<MentionPick>) {
  return (
    <>
      <Icon of={FileText} size={16} />
      <span dir="auto">{pick.name}</span>
    </>
  );
}

/** `@path` at the end of a word; a path has no spaces. */
const MENTION = /(?:^|\s)@([^\s@]{1,1024})$/;

/** The path that was just typed behind an @, and the text without it. */
export function mentionIn(text: string): { path: string; rest: string } | null {
  const found = MENTION.exec(text);
  if (found?.[1] === undefined) return null;
  return { path: found[1], rest: text.slice(0, text.length - found[1].length - 1) };
}

export function mention(path: string): MentionPick {
  return { kind: "mention", key: `mention:${path}`, name: path.split("/").at(-1) || path, path };
}
