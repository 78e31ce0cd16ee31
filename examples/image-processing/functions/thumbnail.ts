// The thumbnail of an image, as bytes from bytes. It knows nothing of AWS.
import { createJimp } from "@jimp/core";
import jpeg from "@jimp/js-jpeg";
import png from "@jimp/js-png";
import { methods as resize } from "@jimp/plugin-resize";
import { imageSize } from "image-size";
import { PermanentError } from "spillway/callback";

/** The bytes are no JPEG and no PNG, or a damaged one. No retry can fix that. */
export class NotAnImage extends PermanentError {}

/** Its pixels need more memory than the function has. */
export class ImageTooLarge extends PermanentError {}

/** Pixels of the longer side. */
const size = 320;
/** A small file can have very many pixels. To decode a JPEG of so many takes 1.1 GB. */
const mostPixels = 24_000_000;

const Image = createJimp({ formats: [jpeg, png], plugins: [resize] });

export interface Thumbnail {
  /** Pixels of the original. */
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
}

/** Rejects with `NotAnImage` or `ImageTooLarge` for bytes of which there is no thumbnail. */
export async function thumbnailOf(bytes: Uint8Array): Promise<Thumbnail> {
  const { width, height } = sizeOf(bytes);
  if (width * height > mostPixels) {
    throw new ImageTooLarge(`The image has ${width} × ${height} pixels, and ${mostPixels} are allowed.`);
  }
  const image = await Image.read(Buffer.from(bytes)).catch(notAnImage);
  // A small image stays as it is.
  if (Math.max(width, height) > size) image.scaleToFit({ w: size, h: size });
  return { width, height, jpeg: await image.getBuffer("image/jpeg", { quality: 80 }) };
}

/** As the header of the file says: nothing is decoded yet. */
function sizeOf(bytes: Uint8Array) {
  try {
    return imageSize(bytes);
  } catch (error) {
    return notAnImage(error);
  }
}

function notAnImage(cause: unknown): never {
  throw new NotAnImage("The object cannot be decoded as JPEG or PNG.", { cause });
}
