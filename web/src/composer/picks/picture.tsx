/** A picture in a message, as a thumbnail. */
import type { ImagePick } from "../../boundary/types";
import type { ChipProps } from ".";

export function PictureChip({ pick }: ChipProps<ImagePick>) {
  return <img class="thumbnail" src={`data:${pick.media_type};base64,${pick.data}`} alt={pick.name} />;
}
