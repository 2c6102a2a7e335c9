// PNG files as small as their few colours allow.
import { crc32, deflateSync, inflateSync } from "node:zlib";

// A page has large even areas and few colours. Chromium writes 24 or 32 bits a pixel, in a hurry; the same picture with
// a palette and the strongest compression is a fraction of that. PNG, third edition: https://www.w3.org/TR/png-3/

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS_MAX = 256;
/** The picture as an 8-bit palette, as exactly as 256 colours allow. @param png 8 bits a channel, not interlaced */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  return encode(width, height, index(pixels, channels));
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Buffer;
}

function decode(png: Buffer): Picture {
  const header = png.subarray(16, 29);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = header[9] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const value = raw[y * (stride + 1) + 1 + x] ?? 0;
      const left = x >= channels ? (pixels[y * stride + x - channels] ?? 0) : 0;
      const up = y > 0 ? (pixels[(y - 1) * stride + x] ?? 0) : 0;
      const corner = y > 0 && x >= channels ? (pixels[(y - 1) * stride + x - channels] ?? 0) : 0;
      pixels[y * stride + x] = value + predict(filter, left, up, corner);
    }
  }
  return { width, height, channels, pixels };
}

/** §9.2: what a filter expects of a byte. */
function predict(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const [toLeft, toUp, toCorner] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs) as [
        number,
        number,
        number,
      ];
      if (toLeft <= toUp && toLeft <= toCorner) return left;
      return toUp <= toCorner ? up : corner;
    }
    default:
      return 0;
  }
}

/** Each pixel as a place in a palette of the commonest colours; a rarer one takes the nearest of them. */
function index(pixels: Buffer, channels: number): { readonly palette: Buffer; readonly places: Buffer } {
  const count = pixels.length / channels;
  const colours = new Uint32Array(count);
  const counts = new Map<number, number>();
  for (let at = 0; at < count; at += 1) {
    const from = at * channels;
    const colour = ((pixels[from] ?? 0) << 16) | ((pixels[from + 1] ?? 0) << 8) | (pixels[from + 2] ?? 0);
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const commonest = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLOURS_MAX)
    .map(([colour]) => colour);
  const placeOf = new Map(commonest.map((colour, place) => [colour, place]));
  const places = Buffer.alloc(count);
  for (let at = 0; at < count; at += 1) {
    const colour = colours[at] ?? 0;
    let place = placeOf.get(colour);
    if (place === undefined) {
      place = nearest(commonest, colour);
      placeOf.set(colour, place);
    }
    places[at] = place;
  }
  const palette = Buffer.from(
    commonest.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]),
  );
  return { palette, places };
}

function nearest(colours: readonly number[], wanted: number): number {
  let [best, distance] = [0, Number.POSITIVE_INFINITY];
  for (const [place, colour] of colours.entries()) {
    const [r, g, b] = [16, 8, 0].map((shift) => ((colour >> shift) & 255) - ((wanted >> shift) & 255)) as [
      number,
      number,
      number,
    ];
    const found = r * r + g * g + b * b;
    if (found < distance) [best, distance] = [place, found];
  }
  return best;
}

function encode(
  width: number,
  height: number,
  { palette, places }: { palette: Buffer; places: Buffer },
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = 3;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) places.copy(rows, y * (width + 1) + 1, y * width, (y + 1) * width);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(content.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
