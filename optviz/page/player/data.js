// What a page carries, as plain data: numbers as arrays, pictures as indices of colours.

const KINDS = { f64: Float64Array, f32: Float32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };

/** The data of a page as plain data: its numbers as arrays, its pictures as indices of colours. */
export async function load(told, images) {
  const race = unpacked(told);
  race.pictures = await Promise.all(race.pictures.map((picture, i) => indexed(picture, images[i])));
  for (const region of race.regions) region.gaps = await gapsOf(region, race.times.length);
  return race;
}

/** Arrays out of base64, wherever they stand. */
function unpacked(value) {
  if (Array.isArray(value)) return value.map(unpacked);
  if (value === null || typeof value !== "object") return value;
  for (const kind of Object.keys(KINDS)) if (typeof value[kind] === "string") return numbers(value, kind);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpacked(part)]));
}

function numbers(value, kind) {
  const bytes = Uint8Array.from(atob(value[kind]), (letter) => letter.charCodeAt(0));
  const found = new KINDS[kind](bytes.buffer);
  if (kind !== "u16") return found;
  const unit = (value.high - value.low) / 65534;
  return Float32Array.from(found, (step) => (step === 65535 ? NaN : value.low + step * unit));
}

/** The gaps of regions at every moment, as bytes, out of what each moment changes. */
async function gapsOf({ changes, classes, rows, columns }, moments) {
  const size = classes * rows * columns;
  const squeezed = Uint8Array.from(atob(changes.deflated), (letter) => letter.charCodeAt(0));
  const stream = new Blob([squeezed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const found = new Uint8Array(await new Response(stream).arrayBuffer());
  for (let i = size; i < size * moments; i++) found[i] += found[i - size];
  return found;
}

/** A picture as indices of its colours. */
async function indexed(picture, source) {
  const image = new Image();
  image.src = source;
  await image.decode();
  const { width, height } = picture;
  const context = sheet(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const palettes = picture.palettes.map((text) => {
    const parts = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return Uint32Array.from({ length: parts.length / 3 }, (_, i) =>
      ((255 << 24) | (parts[3 * i + 2] << 16) | (parts[3 * i + 1] << 8) | parts[3 * i]) >>> 0);
  });
  const known = new Map(Array.from(palettes[0], (colour, i) => [colour, i]));
  const indices = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) indices[i] = known.get(pixels[i]) ?? 0;
  return { width, height, indices, palettes, values: picture.values, painted: [] };
}

/** The picture in the colours of a theme, as a canvas. */
function painted(picture, theme) {
  if (!picture.painted[theme]) {
    const canvas = sheet(picture.width, picture.height);
    const context = canvas.getContext("2d");
    const data = context.createImageData(picture.width, picture.height);
    const pixels = new Uint32Array(data.data.buffer);
    const palette = picture.palettes[theme];
    for (let i = 0; i < pixels.length; i++) pixels[i] = palette[picture.indices[i]];
    context.putImageData(data, 0, 0);
    picture.painted[theme] = canvas;
  }
  return picture.painted[theme];
}

function sheet(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  return canvas;
}
