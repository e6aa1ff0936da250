/** The tree as the lines that are to be seen, and what keys and drops mean on them. No signals and no page here. */
import type { Node } from "../boundary/types";

export interface Line {
  node: Node;
  /** 1 is the root. */
  level: number;
  parent: string | null;
  /** Its place among its siblings, from 1, and how many they are. */
  place: number;
  count: number;
  /** Of a folder; null of a thread. */
  isOpen: boolean | null;
}

export function toLines(nodes: readonly Node[], folded: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  const add = (siblings: readonly Node[], level: number, parent: string | null) => {
    siblings.forEach((node, place) => {
      const isOpen = node.kind === "folder" ? !folded.has(node.id) : null;
      lines.push({ node, level, parent, place: place + 1, count: siblings.length, isOpen });
      if (isOpen && node.children !== undefined) add(node.children, level + 1, node.id);
    });
  };
  add(nodes, 1, null);
  return lines;
}

/** Where the focus goes, or which folder opens or closes. */
export type Step = { to: number } | { fold: string } | { unfold: string };

/** What a key of the tree pattern does on the line at `at`; null leaves it to others. */
export function stepOf(lines: readonly Line[], at: number, key: string, page: number): Step | null {
  const line = lines[at];
  if (line === undefined) return null;
  const last = lines.length - 1;
  const targets: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + page, PageUp: at - page };
  const target = targets[key];
  if (target !== undefined) return { to: Math.max(0, Math.min(last, target)) };
  if (key === "ArrowRight") {
    if (line.isOpen === false) return { unfold: line.node.id };
    return line.isOpen && lines[at + 1]?.parent === line.node.id ? { to: at + 1 } : null;
  }
  if (key === "ArrowLeft") {
    if (line.isOpen) return { fold: line.node.id };
    return line.parent === null ? null : { to: placeOf(lines, line.parent) };
  }
  return null;
}

export function placeOf(lines: readonly Line[], id: string | null): number {
  return id === null ? -1 : lines.findIndex((line) => line.node.id === id);
}

/** The next line whose name begins so; a single letter moves on, more letters stay where they still fit. */
export function typedAhead(lines: readonly Line[], at: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase();
  const first = wanted.length > 1 ? Math.max(0, at) : at + 1;
  for (let step = 0; step < lines.length; step++) {
    const place = (first + step) % lines.length;
    if (lines[place]?.node.name.toLocaleLowerCase().startsWith(wanted)) return place;
  }
  return -1;
}

/** The folder that a thing dropped on this line comes into: a folder takes it, beside a thread it lies. */
export function containerOf(line: Line): string | null {
  return line.node.kind === "folder" ? line.node.id : line.parent;
}

/** Whether a node may come into a folder: not where it is, and a folder not into itself. */
export function mayMove(nodes: readonly Node[], moved: Node, folderId: string | null): boolean {
  if (parentOf(nodes, moved.id) === folderId) return false;
  return folderId === null || !contains(moved, folderId);
}

/** The folder around a node; null at the root, undefined where the node is not. */
export function parentOf(nodes: readonly Node[], id: string, parent: string | null = null): string | null | undefined {
  for (const node of nodes) {
    if (node.id === id) return parent;
    const found = node.children === undefined ? undefined : parentOf(node.children, id, node.id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function contains(node: Node, id: string): boolean {
  return node.id === id || (node.children ?? []).some((child) => contains(child, id));
}

export interface FolderPlace {
  node: Node;
  level: number;
}

/** Every folder with its level, in the tree's order. */
export function foldersOf(nodes: readonly Node[], level = 1): FolderPlace[] {
  return nodes.filter((node) => node.kind === "folder").flatMap((node) => [{ node, level }, ...foldersOf(node.children ?? [], level + 1)]);
}

/** Where the key for "one folder in" or "one folder out" brings a node; undefined where there is no such place. */
export function neighbourOf(nodes: readonly Node[], id: string, way: "in" | "out"): string | null | undefined {
  const parent = parentOf(nodes, id);
  if (parent === undefined) return undefined;
  if (way === "out") return parent === null ? undefined : parentOf(nodes, parent);
  const siblings = parent === null ? nodes : (nodeOf(nodes, parent)?.children ?? []);
  const place = siblings.findIndex((node) => node.id === id);
  const before = siblings.slice(0, place).findLast((node) => node.kind === "folder");
  return (before ?? siblings.slice(place + 1).find((node) => node.kind === "folder"))?.id;
}

export function nodeOf(nodes: readonly Node[], id: string): Node | null {
  for (const node of nodes) {
    const found = node.id === id ? node : nodeOf(node.children ?? [], id);
    if (found !== null) return found;
  }
  return null;
}

/** Threads inside a folder, at any depth. */
export function threadsIn(node: Node): number {
  return node.kind === "thread" ? 1 : (node.children ?? []).reduce((sum, child) => sum + threadsIn(child), 0);
}
