// Ranges of IP addresses, as patterns have them: `10.0.0.0/24`, `2001:db8::/32`.
import { BlockList, isIP } from "node:net";

/** Whether a text is an address within the range; undefined when `range` is none. */
export function compileCidr(range: string): ((text: string) => boolean) | undefined {
  const [, address = "", bits] = /^([^/]+)\/(\d{1,3})$/.exec(range) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return (text) => isIP(text) === version && list.check(text, family);
}
