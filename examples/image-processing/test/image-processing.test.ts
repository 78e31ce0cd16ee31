// The whole program on this machine: what becomes of the objects that are uploaded.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createJimp } from "@jimp/core";
import jpeg from "@jimp/js-jpeg";
import png from "@jimp/js-png";
import { imageSize } from "image-size";
import { startLocal, type TestRun } from "spillway/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Consumers } from "../index";

const Image = createJimp({ formats: [jpeg, png] });
const photo = (width: number, height: number) =>
  new Image({ width, height, color: 0x3366ccff }).getBuffer("image/jpeg");

let run: TestRun<Consumers>;
let s3: S3Client;
beforeAll(async () => {
  run = await startLocal<Consumers>();
  s3 = new S3Client({
    endpoint: run.address,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});
afterAll(async () => {
  s3?.destroy();
  await run?.stop();
});

const upload = (Key: string, Body: Uint8Array | string) =>
  s3.send(new PutObjectCommand({ Bucket: String(run.outputs.uploadsBucket), Key, Body }));
const thumbnail = async (key: unknown) => {
  const found = await s3.send(new GetObjectCommand({ Bucket: String(run.outputs.thumbnailsBucket), Key: String(key) }));
  return found.Body?.transformToByteArray() ?? new Uint8Array();
};

test("makes a thumbnail of each image, and notes its size", async () => {
  await upload("cats/black cat.jpg", await photo(800, 600));
  await upload("logo.png", await new Image({ width: 64, height: 32, color: 0xff0000ff }).getBuffer("image/png"));
  await run.settled();

  const cat = await run.table("images").get({ image: "cats/black cat.jpg" });
  expect(cat).toMatchObject({ width: 800, height: 600 });
  expect(imageSize(await thumbnail(cat?.thumbnail))).toMatchObject({ type: "jpg", width: 320, height: 240 });
  // It is small enough already.
  const logo = await run.table("images").get({ image: "logo.png" });
  expect(imageSize(await thumbnail(logo?.thumbnail))).toMatchObject({ type: "jpg", width: 64, height: 32 });
});

test("shows the later of two uploads", async () => {
  await upload("portrait.jpg", await photo(400, 400));
  await upload("portrait.jpg", await photo(400, 500));
  await run.settled();

  expect(await run.table("images").get({ image: "portrait.jpg" })).toMatchObject({ width: 400, height: 500 });
});

test("gives up what is no image, and what would need too much memory, and says why", async () => {
  const whole = await photo(800, 600);
  const bomb = Buffer.from(await new Image({ width: 1, height: 1 }).getBuffer("image/png"));
  // The header claims 60,000 × 60,000 pixels.
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  await upload("notes.txt", "not an image");
  await upload("broken.jpg", whole.subarray(0, whole.length / 2));
  await upload("bomb.png", bomb);
  await upload("good.jpg", whole);
  await run.settled();

  const letters = await run.deadLetters("uploads");
  const reasons = letters.map(({ body, reason }) => [
    (body as { Records: [{ s3: { object: { key: string } } }] }).Records[0].s3.object.key,
    reason?.errorType,
    reason?.attempts,
  ]);
  expect(reasons.sort()).toEqual([
    ["bomb.png", "ImageTooLarge", 1],
    ["broken.jpg", "NotAnImage", 1],
    ["notes.txt", "NotAnImage", 1],
  ]);
  expect(await run.table("images").get({ image: "good.jpg" })).toMatchObject({ width: 800, height: 600 });
});
