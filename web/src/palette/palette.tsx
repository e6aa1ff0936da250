/** The command palette: type a few letters of a command, a thread, a workspace or a page of settings, and go there. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { KeyHint } from "../frame/key_hint";
import { keysOf } from "../frame/keys";
import { useModal } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { t } from "../words";
import { allChoices, type Choice, groupsFor, runChoice } from "./choices";
import "./palette.css";

const isOpen = signal(false);

export function openPalette(): void {
  isOpen.value = true;
}

export function Palette() {
  return isOpen.value ? <Opened /> : null;
}

function close(): void {
  isOpen.value = false;
}

function Opened() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [all] = useState(allChoices);
  const groups = useMemo(() => groupsFor(all, typed), [typed]);
  const choices = groups.flatMap((group) => group.choices);
  useModal(dialog);
  useEffect(() => {
    dialog.current?.querySelector(`#choice-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, typed]);

  const choose = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    // closed first, so that the focus is back where it was before the command moves it
    dialog.current?.close();
    close();
    runChoice(choice);
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const last = choices.length - 1;
    const steps: Record<string, number> = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at === 0 ? last : at - 1, PageDown: Math.min(last, at + 8), PageUp: Math.max(0, at - 8) };
    const step = steps[event.key];
    if (step !== undefined) setAt(Math.max(0, step));
    else if (event.key === "Enter") choose(choices[at]);
    else if (keysOf(event) === "mod+k") close();
    else return;
    event.preventDefault();
  };

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={t("ui.palette.label")}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <input
        class="palette-input"
        role="combobox"
        aria-label={t("ui.palette.label")}
        placeholder={t("ui.palette.placeholder")}
        aria-expanded="true"
        aria-controls="palette-choices"
        aria-autocomplete="list"
        {...(choices.length > 0 ? { "aria-activedescendant": `choice-${at}` } : {})}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id="palette-choices" role="listbox" aria-label={t("ui.palette.label")} class="palette-choices">
        {groups.map((group, place) => (
          <div key={group.title ?? ""} role="group" aria-label={group.title ?? t("ui.palette.results")}>
            {group.title !== null && (
              <p class="group" aria-hidden>
                {group.title}
              </p>
            )}
            {group.choices.map((choice, inside) => {
              const index = groups.slice(0, place).reduce((sum, one) => sum + one.choices.length, inside);
              return <ChoiceView key={choice.id} choice={choice} index={index} isChosen={index === at} onPoint={() => setAt(index)} onChoose={() => choose(choice)} />;
            })}
          </div>
        ))}
      </div>
    </dialog>
  );
}

interface ChoiceProps {
  choice: Choice;
  index: number;
  isChosen: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function ChoiceView({ choice, index, isChosen, onPoint, onChoose }: ChoiceProps) {
  return (
    <div id={`choice-${index}`} role="option" aria-selected={isChosen} class={`choice ${isChosen ? "chosen" : ""}`} onPointerMove={onPoint} onClick={onChoose}>
      {choice.icon !== undefined && <Icon of={choice.icon} size={16} />}
      <bdi class="name">{choice.label}</bdi>
      {choice.keys !== undefined ? <KeyHint keys={choice.keys} /> : choice.sort !== undefined && <small dir="auto">{choice.sort}</small>}
    </div>
  );
}
