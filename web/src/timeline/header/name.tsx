/** The name of a thread: a heading that becomes a field when somebody presses it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { MOST_OF_NAME } from "../../state/threads";
import { t } from "../../words";

interface Props {
  name: string;
  isEdited: boolean;
  onEdit: (isEdited: boolean) => void;
  onName: (name: string) => void;
}

export function Name({ name, isEdited, onEdit, onName }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasEdited = useRef(false);
  const isDone = useRef(false);
  useLayoutEffect(() => {
    isDone.current = !isEdited;
    if (isEdited) field.current?.select();
    else if (wasEdited.current) button.current?.focus();
    wasEdited.current = isEdited;
  }, [isEdited]);
  if (!isEdited) {
    return (
      <h1>
        <button ref={button} type="button" class="name" title={t("ui.timeline.rename")} onClick={() => onEdit(true)}>
          <bdi>{name}</bdi>
        </button>
      </h1>
    );
  }
  // a field that goes while it has the focus loses it, which is another ending of the same
  const end = (isKept: boolean) => {
    if (isDone.current) return;
    isDone.current = true;
    const fresh = field.current?.value.trim() ?? "";
    onEdit(false);
    if (isKept && fresh !== "" && fresh !== name) onName(fresh);
  };
  return (
    <input
      ref={field}
      class="name"
      dir="auto"
      aria-label={t("ui.timeline.name")}
      defaultValue={name}
      maxLength={MOST_OF_NAME}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.isComposing) end(true);
        else if (event.key === "Escape") end(false);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
