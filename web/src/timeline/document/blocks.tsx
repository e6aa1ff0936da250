/** The blocks of a message: paragraphs, headings, code, lists, quotes, tables, rules. */
import { h } from "preact";
import type { Document, ListBlock } from "../../boundary/types";
import { CodeBlock } from "./code";
import { type Inline, Inlines } from "./inlines";
import { TableView } from "./table";

export type Block = Document["blocks"][number];

/** Headings of messages stand under those of the messages themselves. */
const HIGHEST = 3;
const LOWEST = 6;

export function Blocks({ of, isLive }: { of: readonly Block[]; isLive: boolean }) {
  return (
    <>
      {of.map((block, place) => (
        <BlockView key={place} block={block} isLive={isLive && place === of.length - 1} level={1} />
      ))}
    </>
  );
}

export interface BlockProps {
  block: Block;
  /** More text comes, and into this block. */
  isLive: boolean;
  /** The highest level that the headings of the message have: it is drawn as the highest that there may be. */
  level: number;
}

/** The highest level of a message's headings. */
export function highest(blocks: readonly Block[]): number {
  return blocks.reduce((least, block) => (block.type === "heading" ? Math.min(least, block.level) : least), LOWEST);
}

export function BlockView({ block, isLive, level }: BlockProps) {
  switch (block.type) {
    case "paragraph":
      return (
        <p dir="auto">
          <Inlines of={block.inlines} />
        </p>
      );
    case "heading":
      return h(`h${Math.min(LOWEST, HIGHEST + Math.max(0, block.level - level))}`, { class: `h${block.level}`, dir: "auto" }, <Inlines of={block.inlines} />);
    case "code":
      return <CodeBlock text={block.text} language={block.language ?? ""} isLive={isLive} />;
    case "list":
      return <List block={block} isLive={isLive} />;
    case "quote":
      return (
        <blockquote dir="auto">
          <Blocks of={block.blocks} isLive={isLive} />
        </blockquote>
      );
    case "table":
      return <TableView table={block} />;
    case "rule":
      return <hr />;
    default:
      return <Later block={block} />;
  }
}

function List({ block, isLive }: { block: ListBlock; isLive: boolean }) {
  const items = block.items.map((item, place) => (
    <li key={place} dir="auto">
      <Blocks of={item} isLive={isLive && place === block.items.length - 1} />
    </li>
  ));
  const look = block.tight === false ? "loose" : "tight";
  return block.ordered ? (
    <ol class={look} start={block.start ?? 1}>
      {items}
    </ol>
  ) : (
    <ul class={look}>{items}</ul>
  );
}

/** A kind of a later gateway: what is readable of it. */
function Later({ block }: { block: never }) {
  const { text, inlines, blocks } = block as { text?: string; inlines?: readonly Inline[]; blocks?: readonly Block[] };
  if (blocks !== undefined) return <Blocks of={blocks} isLive={false} />;
  return <p dir="auto">{inlines === undefined ? text : <Inlines of={inlines} />}</p>;
}
