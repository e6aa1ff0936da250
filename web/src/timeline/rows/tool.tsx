/** A tool that was called: what, how long, how it went, what it printed. */
import { Download, FileSearch, FileText, FolderOpen, Globe, type IconNode, Search, SquareTerminal, Wrench } from "lucide";
import { textOf, titleOf } from "../phrases";
import { fold } from "../folds";
import { Outcome } from "./outcome";
import { Elapsed, Header } from "./header";
import { Output } from "./output";
import type { RowProps } from ".";

const ICONS: Readonly<Record<string, IconNode>> = {
  exec_command: SquareTerminal,
  shell: SquareTerminal,
  write_stdin: SquareTerminal,
  read_file: FileText,
  list_dir: FolderOpen,
  grep_files: FileSearch,
  web_search: Search,
  web_fetch: Globe,
  download: Download,
};

export function ToolRow({ row }: RowProps) {
  const choice = fold(row.key);
  const title = titleOf(row);
  const [name = "", subject = ""] = split(title);
  const text = textOf(row);
  const isRunning = row.phase === "running";
  const isOpen = choice.value ?? isRunning;
  return (
    <div class={`tool-row ${row.phase ?? "done"}`}>
      <Header
        icon={Object.hasOwn(ICONS, name) ? ICONS[name]! : Wrench}
        name={name}
        isOpen={isOpen && text !== ""}
        isRunning={isRunning}
        onToggle={text === "" ? undefined : () => (choice.value = !isOpen)}
      >
        <code class="subject" title={subject} dir="auto">
          {subject}
        </code>
        <Outcome row={row} />
        <Elapsed row={row} />
      </Header>
      {isOpen && text !== "" && <Output rowKey={row.key} text={text} isRunning={isRunning} isFolded label={title} />}
    </div>
  );
}

/** The tool, and what it was about. */
export function split(title: string): [string, string] {
  const at = title.indexOf(" ");
  return at < 0 ? [title, ""] : [title.slice(0, at), title.slice(at + 1)];
}
