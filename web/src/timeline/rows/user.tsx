/** What a person said: text and attachments; copy, and edit to send it again in a fork. */
import { Pencil } from "lucide";
import { useState } from "preact/hooks";
import { Button, IconButton } from "../../ui/button";
import { counted, t } from "../../words";
import { CopyButton } from "../copy_button";
import { PlainText } from "../document/plain_text";
import { Attachments } from "./attachments";
import { fold } from "../folds";
import { Editor } from "./editor";
import type { RowProps } from ".";

const HEADING_LENGTH = 80;
/** More than this is folded to its begin: somebody pasted it. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 6_000;
const SHOWN_LINES = 16;
const SHOWN_CHARACTERS = 2_000;

export function UserRow({ row }: RowProps) {
  const [isEdited, setEdited] = useState(false);
  const text = row.text ?? "";
  return (
    <div class="user-row">
      <h2 class="hidden-label">{t("ui.timeline.you_said", { text: text.slice(0, HEADING_LENGTH) })}</h2>
      {(row.attachments ?? []).length > 0 && <Attachments of={row.attachments!} />}
      {isEdited ? (
        <Editor row={row} onClose={() => setEdited(false)} />
      ) : (
        text !== "" && (
          <Said id={row.key} text={text} />
        )
      )}
      {!isEdited && (
        <div class="actions">
          {text !== "" && <CopyButton text={() => text} label={t("ui.timeline.copy_message")} />}
          {row.turn_id !== undefined && <IconButton class="small" icon={Pencil} size={16} label={t("ui.timeline.edit")} onClick={() => setEdited(true)} />}
        </div>
      )}
    </div>
  );
}

function Said({ id, text }: { id: string; text: string }) {
  const choice = fold(`${id}:whole`);
  const lines = text.split("\n");
  const isLong = lines.length > MOST_LINES || text.length > MOST_CHARACTERS;
  const isFolded = isLong && choice.value !== true;
  return (
    <div class="bubble">
      <PlainText text={isFolded ? `${lines.slice(0, SHOWN_LINES).join("\n").slice(0, SHOWN_CHARACTERS)}…` : text} />
      {isFolded && (
        <Button look="plain" onClick={() => (choice.value = true)}>
          {lines.length > SHOWN_LINES ? counted("ui.timeline.all_lines", lines.length) : t("ui.timeline.all_text")}
        </Button>
      )}
    </div>
  );
}
