// The pictures of the documents: each docs/pictures/NAME.dot is drawn into NAME.svg beside it. The first line of the
// file is a comment, which becomes the title of the picture.
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { Generator } from "@spillway/cli/generator";
import { type Draw, drawing } from "../docs/drawing";
import { root } from "./program";

const folder = "docs/pictures";

export const pictures: readonly Generator[] = readdirSync(path.join(root, folder))
  .filter((file) => file.endsWith(".dot"))
  .map((file) => ({
    name: "pictures",
    files: [`${folder}/${path.basename(file, ".dot")}.svg`],
    make: () => drawn(file),
  }));

let loaded: Promise<Draw> | undefined;

/** Throws an Error for a picture without a title, and for one that cannot be drawn. */
async function drawn(file: string): Promise<string> {
  const dot = readFileSync(path.join(root, folder, file), "utf8");
  const title = /^\/\/ ([^<&]+)$/m.exec(dot)?.[1];
  if (title === undefined) {
    throw new Error(
      `${folder}/${file} has no title. Begin the file with a line "// …" that says what the picture shows.`,
    );
  }
  loaded ??= drawing();
  const draw = await loaded;
  try {
    return draw(dot, title);
  } catch (error) {
    throw new Error(`${folder}/${file} cannot be drawn: ${error instanceof Error ? error.message : error}`);
  }
}
