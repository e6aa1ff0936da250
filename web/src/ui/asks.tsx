/** Questions to the person, one at a time: a name, a yes. Anyone asks; the frame shows them. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MOST_OF_NAME } from "../state/threads";
import { t } from "../words";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field } from "./field";

type Ask = () => ComponentChildren;

const asked = signal<Ask | null>(null);

export function ask(question: Ask): void {
  asked.value = question;
}

export function closeAsk(): void {
  asked.value = null;
}

export function Asks() {
  return <>{asked.value?.()}</>;
}

interface NameAsk {
  title: string;
  label: string;
  value?: string;
  go: string;
  done: (name: string) => void;
}

export function askName(question: NameAsk): void {
  ask(() => <NameDialog {...question} />);
}

function NameDialog({ title, label, value = "", go, done }: NameAsk) {
  const [name, setName] = useState(value);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.select(), []);
  const wanted = name.trim();
  return (
    <Dialog title={title} onClose={closeAsk}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted === "") return;
          closeAsk();
          done(wanted);
        }}
      >
        <Field label={label} value={name} maxLength={MOST_OF_NAME} dir="auto" autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        <div class="actions">
          <Button onClick={closeAsk}>{t("ui.frame.cancel")}</Button>
          <Button look="main" type="submit" disabled={wanted === ""}>
            {go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface SureAsk {
  title: string;
  text: string;
  go: string;
  done: () => void;
}

/** The focus is on the way back, so that Enter alone destroys nothing. */
export function askSure({ title, text, go, done }: SureAsk): void {
  ask(() => (
    <Dialog title={title} onClose={closeAsk}>
      <p dir="auto">{text}</p>
      <div class="actions">
        <Button onClick={closeAsk}>{t("ui.frame.cancel")}</Button>
        <Button
          look="bad"
          onClick={() => {
            closeAsk();
            done();
          }}
        >
          {go}
        </Button>
      </div>
    </Dialog>
  ));
}
