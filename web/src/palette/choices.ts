/** Everything that the palette offers: a table of sources, what was used last, and the order for what was typed. */
import { ArrowRightLeft, MessageSquare, Search } from "lucide";
import type { Node } from "../boundary/types";
import { type Command, commands } from "../frame/commands";
import { focusSearch } from "../search/state";
import { pages } from "../settings/pages";
import { remembered } from "../state/prefs";
import { go } from "../state/route";
import { tree, workspace, workspaces } from "../state/store";
import { lookAtWorkspace } from "../state/threads";
import { t } from "../words";
import { fit } from "./match";

export interface Choice extends Command {
  /** Of what sort it is, where its name alone does not say. */
  sort?: string;
}

type ChoiceSource = () => readonly Choice[];

/** A new sort of choices is one line here. */
const SOURCES: readonly ChoiceSource[] = [commands, threads, otherWorkspaces, settingsPages];

const SHOWN = 50;
const RECENT = 6;

const recent = remembered<readonly string[]>("portico.palette", []);

export interface Group {
  title: string | null;
  choices: readonly Choice[];
}

/** Everything that can be chosen now, asked for once when the palette opens. */
export function allChoices(): Choice[] {
  return SOURCES.flatMap((source) => source()).filter((choice) => choice.id !== "palette");
}

export function groupsFor(all: readonly Choice[], typed: string): Group[] {
  return typed.trim() === "" ? unasked(all) : [{ title: null, choices: [...ranked(all, typed), inMessages(typed)] }];
}

/** What was used last is a little nearer at hand. */
export function ranked(all: readonly Choice[], typed: string, last: readonly string[] = recent.peek()): Choice[] {
  return all
    .map((choice) => ({ choice, score: fit(choice.label, typed) }))
    .filter(({ score }) => score > 0)
    .map(({ choice, score }) => ({ choice, score: score + (last.includes(choice.id) ? 60 : 0) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ choice }) => choice);
}

/** The chosen one comes first the next time. */
export function runChoice(choice: Choice): void {
  recent.value = [choice.id, ...recent.peek().filter((id) => id !== choice.id)].slice(0, RECENT);
  choice.run();
}

function unasked(all: readonly Choice[]): Group[] {
  const last = recent.peek().flatMap((id) => all.find((choice) => choice.id === id) ?? []);
  const others = all.filter((choice) => !last.includes(choice));
  const isCommand = new Set(commands().map((command) => command.id));
  const groups: Group[] = [
    { title: t("ui.palette.recent"), choices: last },
    { title: t("ui.palette.commands"), choices: others.filter((choice) => isCommand.has(choice.id)) },
    { title: t("ui.palette.threads"), choices: others.filter((choice) => choice.id.startsWith("thread:")).slice(0, 12) },
    { title: t("ui.palette.workspaces"), choices: others.filter((choice) => choice.id.startsWith("workspace:")) },
    { title: t("ui.palette.settings"), choices: others.filter((choice) => choice.id.startsWith("settings:")) },
  ];
  return groups.filter((group) => group.choices.length > 0);
}

function inMessages(typed: string): Choice {
  return { id: "messages", label: t("ui.palette.in_messages", { query: typed.trim() }), icon: Search, run: () => focusSearch(typed.trim()) };
}

function threads(): Choice[] {
  const found: Choice[] = [];
  const add = (node: Node, folder: string | null) => {
    if (node.kind === "folder") {
      for (const child of node.children ?? []) add(child, node.name);
      return;
    }
    found.push({ id: `thread:${node.id}`, label: node.name, sort: folder ?? t("ui.palette.thread"), icon: MessageSquare, run: () => go({ screen: "thread", threadId: node.id }) });
  };
  for (const node of tree.peek()) add(node, null);
  return found;
}

function otherWorkspaces(): Choice[] {
  return workspaces
    .peek()
    .filter((one) => one.id !== workspace.peek()?.id)
    .map((one) => ({ id: `workspace:${one.id}`, label: one.name, sort: t("ui.palette.workspace"), icon: ArrowRightLeft, run: () => void lookAtWorkspace(one.id) }));
}

function settingsPages(): Choice[] {
  return pages().map((page) => ({
    id: `settings:${page.id}`,
    label: page.title,
    sort: t("ui.command.settings"),
    icon: page.icon,
    run: () => go({ screen: "settings", page: page.id }),
  }));
}
