/** Buttons that add pictures: from the files, and where fingers point also from the camera. */
import { Camera, ImagePlus } from "lucide";
import { useRef } from "preact/hooks";
import { isCoarse } from "../state/prefs";
import { IconButton } from "../ui/button";
import { t } from "../words";

export function AddPicture({ onFiles }: { onFiles: (files: readonly File[]) => Promise<void> }) {
  const files = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const taken = (event: { currentTarget: HTMLInputElement }) => {
    const chosen = [...(event.currentTarget.files ?? [])];
    // the same file may be chosen again
    event.currentTarget.value = "";
    void onFiles(chosen);
  };
  return (
    <>
      <IconButton icon={ImagePlus} label={t("ui.composer.add_picture")} onClick={() => files.current?.click()} />
      <input ref={files} hidden type="file" accept="image/*" multiple data-picks="files" onChange={taken} />
      {isCoarse.value && (
        <>
          <IconButton icon={Camera} label={t("ui.composer.camera")} onClick={() => camera.current?.click()} />
          <input ref={camera} hidden type="file" accept="image/*" capture="environment" data-picks="camera" onChange={taken} />
        </>
      )}
    </>
  );
}
