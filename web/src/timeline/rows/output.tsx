/** What a tool printed: its end while it runs, in a box that follows it; whole when somebody opens it. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button";
import { counted, t } from "../../words";
import { harmless, tail } from "../ansi";
import { CopyButton } from "../copy_button";
import { fold } from "../folds";
import "./output.css";

interface Props {
  rowKey: string;
  text: string;
  isRunning: boolean;
  /** Whether long output is cut to its end until it is asked for. */
  isFolded: boolean;
  label: string;
}

const TAIL_LINES = 200;
const TAIL_CHARACTERS = 16_384;
/** More than this is not drawn even when it is asked for: copying gives all of it. */
const MOST_CHARACTERS = 262_144;

export function Output({ rowKey, text, isRunning, isFolded, label }: Props) {
  const choice = fold(`${rowKey}:whole`);
  const isWhole = choice.value === true;
  const isLong = text.length > TAIL_CHARACTERS;
  const shown = isWhole ? text.slice(-MOST_CHARACTERS) : isRunning || (isFolded && isLong) || isLong ? tail(text, TAIL_LINES, TAIL_CHARACTERS) : text;
  return (
    <div class="output">
      <Box text={harmless(shown)} isRunning={isRunning} label={t("ui.timeline.output_of", { name: label })} />
      <div class="actions">
        <CopyButton text={() => text} label={t("ui.timeline.copy_output")} />
      </div>
      {shown.length < text.length && !isWhole && !isRunning && (
        <Button look="plain" onClick={() => (choice.value = true)}>
          {counted("ui.timeline.all_lines", text.split("\n").length)}
        </Button>
      )}
      {isWhole && shown.length < text.length && <p class="hint">{t("ui.timeline.output_cut")}</p>}
    </div>
  );
}

/** Follows its end unless somebody scrolled up in it. */
function Box({ text, isRunning, label }: { text: string; isRunning: boolean; label: string }) {
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (isRunning && follows.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [text, isRunning]);
  return (
    <pre
      ref={box}
      class={isRunning ? "running" : ""}
      tabIndex={0}
      role="group"
      aria-label={label}
      dir="auto"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => (follows.current = scrollHeight - scrollTop - clientHeight < 8)}
    >
      {text}
    </pre>
  );
}
