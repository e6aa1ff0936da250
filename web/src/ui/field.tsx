/** A labelled input with its note or what is wrong with it. */
import type { ComponentProps } from "preact";
import { useId } from "preact/hooks";

type Props = ComponentProps<"input"> & {
  label: string;
  note?: string;
  wrong?: string | undefined;
};

export function Field({ label, note, wrong, ...input }: Props) {
  const noteId = useId();
  const told = wrong ?? note;
  return (
    <label class="field">
      <span>{label}</span>
      <input class="input" {...input} {...(wrong === undefined ? {} : { "aria-invalid": true })} {...(told === undefined ? {} : { "aria-describedby": noteId })} />
      {told !== undefined && (
        <small id={noteId} class={wrong === undefined ? "" : "bad"}>
          {told}
        </small>
      )}
    </label>
  );
}
