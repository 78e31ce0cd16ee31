// Ranges of IP addresses, as patterns have them: `10.0.0.0/24`, `2001:db8::/32`.
import { BlockList, isIP } from "node:net";
import { InvalidPattern } from "./invalid-pattern";

/** Whether a text is an address within the range. Throws an InvalidPattern. */
export function compileCidr(range: string, path: string): (text: string) => boolean {
  const [address = "", bits = "", ...others] = range.split("/");
  if (bits === "" || others.length > 0) throw new InvalidPattern("Malformed CIDR, one '/' required", path);
  if (!/^\d+$/.test(bits)) throw new InvalidPattern("Malformed CIDR, mask bits must be an integer", path);
  const version = isIP(address);
  if (version === 0) throw new InvalidPattern(`Nonstandard IP address: ${address}`, path);
  const most = version === 4 ? 32 : 128;
  if (Number(bits) > most) throw new InvalidPattern(`IPv${version} mask bits must be at most ${most}`, path);
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return (text) => isIP(text) === version && list.check(text, family);
}
