/** The table of what can be added to a message: a kind is a file here and a line in `KINDS`. */
import type { ComponentType } from "preact";
import type { ImagePick, MentionPick } from "../../boundary/types";
import { PictureChip } from "./picture";
import { MentionChip } from "./mention";

export type Pick = ImagePick | MentionPick;

export interface ChipProps<P extends Pick = Pick> {
  pick: P;
}

type Kinds = { [K in Pick["kind"]]: ComponentType<ChipProps<Extract<Pick, { kind: K }>>> };

const KINDS: Kinds = { image: PictureChip, mention: MentionChip };

/** How a pick is shown. */
export function chipOf(kind: Pick["kind"]): ComponentType<ChipProps> {
  return KINDS[kind] as ComponentType<ChipProps>;
}
