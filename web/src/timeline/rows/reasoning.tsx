/** What the model thought: folded to its first line until somebody wants to read it. */
import { Brain } from "lucide";
import { t } from "../../words";
import { Document } from "../document/document";
import { PlainText } from "../document/plain_text";
import { fold } from "../folds";
import { Header } from "./header";
import type { RowProps } from ".";

const FIRST_LINE = 240;

export function ReasoningRow({ row }: RowProps) {
  const choice = fold(row.key);
  const isOpen = choice.value === true;
  const text = row.text ?? "";
  const isRunning = row.phase === "running";
  return (
    <div class="reasoning-row">
      <Header icon={Brain} isOpen={isOpen} isRunning={isRunning} onToggle={() => (choice.value = !isOpen)} name={isRunning ? t("ui.timeline.thinking") : t("ui.timeline.thought")}>
        {!isOpen && <span class="subject">{firstLine(text)}</span>}
      </Header>
      {isOpen && <div class="inside">{row.markdown != null ? <Document document={row.markdown} isLive={isRunning} /> : <PlainText text={text} />}</div>}
    </div>
  );
}

/** Without the signs that Markdown writes around words. */
export function firstLine(text: string): string {
  const line = text.slice(0, FIRST_LINE).trimStart().split("\n", 1)[0] ?? "";
  return line.replace(/[*_`#>]+/g, "").trim();
}
