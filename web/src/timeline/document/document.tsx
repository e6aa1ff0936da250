/** A parsed message: a block whose object stays the same is not drawn again, so that a delta costs one block. */
import { Component } from "preact";
import type { Document as Parsed } from "../../boundary/types";
import { t } from "../../words";
import { type BlockProps, BlockView, highest } from "./blocks";
import "./document.css";
import { PlainText } from "./plain_text";

interface Props {
  document: Parsed;
  /** More text comes: the last block is not complete. */
  isLive: boolean;
}

export function Document({ document: { blocks, notice }, isLive }: Props) {
  const level = highest(blocks);
  if (notice != null) {
    return (
      <div class="document">
        <p class="told">{t(`ui.timeline.${notice}`)}</p>
        {blocks.map((block, place) => (block.type === "paragraph" ? <PlainText key={place} text={plain(block.inlines)} /> : <Kept key={place} block={block} isLive={isLive} level={level} />))}
      </div>
    );
  }
  return (
    <div class={`document ${isLive ? "live" : ""}`}>
      {blocks.map((block, place) => (
        <Kept key={place} block={block} isLive={isLive && place === blocks.length - 1} level={level} />
      ))}
    </div>
  );
}

/** A block by the identity of its object. */
class Kept extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    return next.block !== this.props.block || next.isLive !== this.props.isLive || next.level !== this.props.level;
  }

  override render() {
    return <BlockView {...this.props} />;
  }
}

function plain(inlines: readonly { type: string; text?: string }[]): string {
  return inlines.map((inline) => (inline.type === "break" ? "\n" : (inline.text ?? ""))).join("");
}
