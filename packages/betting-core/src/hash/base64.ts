// Base64 with padding (RFC 4648 §4), in exactly one form: what decodes is what would have been encoded.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** As RFC 4648 §4 has it, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = Math.min(4, bytes.length - at + 1);
    for (let letter = 0; letter < 4; letter++) {
      text += letter < letters ? ALPHABET[(group >>> (18 - letter * 6)) & 63] : "=";
    }
  }
  return text;
}

/** @returns undefined for text that {@link toBase64} cannot have made */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let group = 0; group < text.length; group += 4) {
    let bits = 0;
    for (let letter = 0; letter < 4; letter++) {
      const isPadding = group + letter >= text.length - padding;
      const value = isPadding ? 0 : ALPHABET.indexOf(text[group + letter] as string);
      if (value < 0) return undefined;
      bits = (bits << 6) | value;
    }
    for (let shift = 16; shift >= 0; shift -= 8) if (at < bytes.length) bytes[at++] = bits >>> shift;
  }
  return toBase64(bytes) === text ? bytes : undefined;
}
