/** The name of a thread: a heading that becomes a field when somebody presses it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../words";

interface Props {
  name: string;
  isEdited: boolean;
  onEdit: (isEdited: boolean) => void;
  onName: (name: string) => void;
}

const MOST_CHARACTERS = 200;

export function Name({ name, isEdited, onEdit, onName }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const wasEdited = useRef(false);
  useLayoutEffect(() => {
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
  const keep = () => {
    const fresh = field.current?.value.trim() ?? "";
    onEdit(false);
    if (fresh !== "" && fresh !== name) onName(fresh);
  };
  return (
    <input
      ref={field}
      class="name"
      dir="auto"
      aria-label={t("ui.timeline.name")}
      defaultValue={name}
      maxLength={MOST_CHARACTERS}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.isComposing) keep();
        else if (event.key === "Escape") onEdit(false);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
