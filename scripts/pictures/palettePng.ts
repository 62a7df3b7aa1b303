import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * Makes a screenshot small: one byte for each pixel and a palette of 256 colours, which a page of text hardly exceeds.
 * Reads what Chromium writes: 8 bits for each of red, green and blue, not interlaced.
 */
export function palettePng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header === undefined || header.readUInt32BE(8) !== 0x08_02_00_00 || header[12] !== 0)
    throw new Error('the screenshot is not a PNG of 8 bits for each of three colours');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const compressed = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const colours = unfilter(inflateSync(Buffer.concat(compressed)), width, height);
  const palette = commonest(colours);
  const nearestOf = memoizedNearest(palette);
  const rows = Buffer.alloc((width + 1) * height);
  colours.forEach((colour, i) => {
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = nearestOf(colour);
  });
  const paletteHeader = Buffer.from(header);
  paletteHeader[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    encode('IHDR', paletteHeader),
    encode('PLTE', Buffer.from(palette.flatMap(channelsOf))),
    encode('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    encode('IEND', Buffer.alloc(0)),
  ]);
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function encode(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Undoes the filter of each row (PNG specification, section 9). @returns a colour for each pixel, as 0xRRGGBB */
function unfilter(data: Buffer, width: number, height: number): Uint32Array {
  const stride = width * 3;
  const colours = new Uint32Array(width * height);
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const filter = data[start] ?? 0;
    const row = Buffer.from(data.subarray(start + 1, start + 1 + stride));
    for (let x = 0; x < stride; x++) {
      const [left, up, upLeft] = [row[x - 3] ?? 0, above[x] ?? 0, above[x - 3] ?? 0];
      row[x] = (row[x] ?? 0) + predict(filter, left, up, upLeft);
    }
    for (let x = 0; x < width; x++) colours[y * width + x] = row.readUIntBE(x * 3, 3);
    above = row;
  }
  return colours;
}

function predict(filter: number, left: number, up: number, upLeft: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, upLeft);
    default:
      throw new Error(`the screenshot has a row with filter ${filter}, which PNG does not know`);
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const [toLeft, toUp, toUpLeft] = [left, up, upLeft].map((value) => Math.abs(left + up - upLeft - value));
  if (toLeft === undefined || toUp === undefined || toUpLeft === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function commonest(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort(([a, more], [b, less]) => less - more || a - b);
  return byCount.slice(0, MOST_COLOURS).map(([colour]) => colour);
}

function memoizedNearest(palette: readonly number[]): (colour: number) => number {
  const known = new Map(palette.map((colour, i) => [colour, i]));
  return (colour) => {
    const at = known.get(colour) ?? nearest(palette, colour);
    known.set(colour, at);
    return at;
  };
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map((candidate) => {
    const others = channelsOf(candidate);
    return channelsOf(colour).reduce((sum, value, i) => sum + (value - (others[i] ?? 0)) ** 2, 0);
  });
  return distances.indexOf(Math.min(...distances));
}

function channelsOf(colour: number): [number, number, number] {
  return [colour >> 16, (colour >> 8) & 0xff, colour & 0xff];
}
