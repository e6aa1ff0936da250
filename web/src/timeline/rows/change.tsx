/** Files that were changed, as diffs: signs, backgrounds, names; a long one is folded. */
import { FilePen } from "lucide";
import type { FileDiff } from "../../boundary/types";
import { Button } from "../../ui/button";
import { counted, t } from "../../words";
import { CopyButton } from "../copy_button";
import { diffText, flat, sums } from "../diff";
import { fold } from "../folds";
import { textOf, titleOf } from "../phrases";
import "./diff.css";
import { FileLinks } from "./file_links";
import { Elapsed, Header } from "./header";
import { Outcome } from "./outcome";
import { Output } from "./output";
import { split } from "./tool";
import type { RowProps } from ".";

const SHOWN_LINES = 24;

export function ChangeRow({ row }: RowProps) {
  const files = row.diff ?? [];
  const choice = fold(row.key);
  const text = textOf(row);
  const [name, subject] = split(titleOf(row));
  const isRunning = row.phase === "running";
  const isOpen = choice.value ?? true;
  const hasInside = files.some((file) => (file.hunks ?? []).length > 0) || text !== "";
  const { added, removed } = sums(files);
  return (
    <div class={`change-row ${row.phase ?? "done"}`}>
      <Header icon={FilePen} name={name} isOpen={isOpen} isRunning={isRunning} onToggle={hasInside ? () => (choice.value = !isOpen) : undefined}>
        <code class="subject" title={subject} dir="auto">
          {subject}
        </code>
        {added > 0 && <span class="added">+{added}</span>}
        {removed > 0 && <span class="removed">−{removed}</span>}
        <Outcome row={row} />
        <Elapsed row={row} />
      </Header>
      {isOpen && files.map((file, place) => <FileView key={place} file={file} id={`${row.key}:${place}`} />)}
      {isOpen && text !== "" && row.phase !== "done" && <Output rowKey={row.key} text={text} isRunning={isRunning} isFolded label={name} />}
    </div>
  );
}

function FileView({ file, id }: { file: FileDiff; id: string }) {
  const choice = fold(id);
  const lines = flat(file);
  if (lines.length === 0) return null;
  const shown = choice.value === true || lines.length <= SHOWN_LINES + 4 ? lines : lines.slice(0, SHOWN_LINES);
  const name = file.moved_to == null ? file.path : `${file.path} → ${file.moved_to}`;
  return (
    <figure class="diff">
      <figcaption>
        <bdi class="path">{name}</bdi>
        <span class="kind">{t(`ui.timeline.change_${file.change}`)}</span>
        {file.change !== "delete" && <FileLinks path={file.moved_to ?? file.path} />}
        <CopyButton text={() => diffText(file)} label={t("ui.timeline.copy_diff")} />
      </figcaption>
      <div class="lines" role="group" tabIndex={0} aria-label={t("ui.timeline.diff_of", { name })} dir="ltr">
        <div class="sheet">
          {shown.map(({ sign, text }, place) =>
            sign === "@" ? (
              <div key={place} class="hunk">
                {text || "⋯"}
              </div>
            ) : (
              <div key={place} class={sign === "+" ? "plus" : sign === "-" ? "minus" : "same"}>
                <span class="sign">{sign === "-" ? "−" : sign}</span>
                {text}
              </div>
            ),
          )}
        </div>
      </div>
      {shown.length < lines.length && (
        <Button look="plain" onClick={() => (choice.value = true)}>
          {counted("ui.timeline.all_lines", lines.length)}
        </Button>
      )}
    </figure>
  );
}
