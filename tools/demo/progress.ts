// A bar that fills, on a terminal; a line now and then elsewhere.
import { styleText } from "node:util";

const width = 40;
const lineEvery = 5000;

export class Progress {
  private lastLine = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(what: string, done: number, of: number): void {
    const share = of === 0 ? 1 : Math.min(1, done / of);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    if (this.out.isTTY) {
      const full = Math.round(share * width);
      const bar = styleText("cyan", "█".repeat(full)) + styleText("dim", "░".repeat(width - full));
      this.out.write(`\r\x1b[2K${bar} ${percent}  ${what}`);
    } else if (Date.now() - this.lastLine >= lineEvery || share === 1) {
      this.lastLine = Date.now();
      this.out.write(`${percent}  ${what}\n`);
    }
  }

  end(): void {
    if (this.out.isTTY) this.out.write("\r\x1b[2K");
  }
}
