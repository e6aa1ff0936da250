/** Pictures as a message carries them: scaled down in the browser until they fit through the connection. */
import type { ImagePick } from "../boundary/types";
import { newId } from "../state/threads";

/** What models look at; more is only heavier. */
const LONGEST_SIDE = 1_568;
const SHORTEST_TRY = 320;
/** All pictures of a message together, in bytes: a frame takes 1 MiB, base64 a third more. */
export const BUDGET = 700_000;
const KINDS: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const QUALITIES = [0.86, 0.72, 0.55] as const;

/** Not a picture that this browser can read. */
export class NoPicture extends Error {}

/** The file as a pick of at most `room` bytes. Rejects with NoPicture. */
export async function readPicture(file: File, room: number): Promise<ImagePick> {
  const blob = await fitted(file, room);
  return { kind: "image", key: newId(), name: file.name || "picture", media_type: blob.type, data: await base64(blob) };
}

/** Bytes that the pictures of a message take already. */
export function weight(picks: readonly { kind: string; data?: string }[]): number {
  return picks.reduce((sum, one) => sum + ((one.data?.length ?? 0) * 3) / 4, 0);
}

async function fitted(file: File, room: number): Promise<Blob> {
  // its name says nothing: what the browser cannot show, no model can see
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new NoPicture(file.name);
  });
  try {
    const isFine = KINDS.has(file.type) && file.size <= Math.min(room, BUDGET / 2);
    return isFine ? file : await shrunk(bitmap, room);
  } finally {
    bitmap.close();
  }
}

async function shrunk(bitmap: ImageBitmap, room: number): Promise<Blob> {
  const longest = Math.max(bitmap.width, bitmap.height);
  for (let side = Math.min(LONGEST_SIDE, longest); ; side = Math.round(side * 0.75)) {
    for (const quality of QUALITIES) {
      const blob = await drawn(bitmap, side / longest, quality);
      if (blob.size <= room || side < SHORTEST_TRY) return blob;
    }
  }
}

function drawn(bitmap: ImageBitmap, scale: number, quality: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new NoPicture("canvas");
  // JPEG knows no transparency
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new NoPicture("canvas")) : resolve(blob)), "image/jpeg", quality);
  });
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new NoPicture("unreadable"));
    reader.readAsDataURL(blob);
  });
}
