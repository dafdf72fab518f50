// A document without a browser: as much of one as the player of a page needs, and canvases that remember what is drawn.
//
// `tests/offscreen.py` runs it; what a test may ask stands under `screen`.

(() => {
  // What browsers have had since 2022, and the engine of the tests has not.
  const last = (array, fits) => array[array.reduce((found, each, i) => (fits(each, i) ? i : found), -1)];
  Array.prototype.at ??= function at(i) {
    return this[i < 0 ? this.length + i : i];
  };
  Array.prototype.findLast ??= function findLast(fits) {
    return last(this, fits);
  };

  const settings = { dark: false, calm: true, narrow: false, rooms: {}, texts: {}, images: [], inflated: [] };
  const LEFT = 10; // where a figure begins in the window
  const TOP = 20;
  let now = 1000;
  let frames = new Map();
  let timers = new Map();
  let count = 0;

  class Style {
    setProperty(name, value) {
      this[name] = String(value);
    }

    getPropertyValue(name) {
      return this[name] ?? "";
    }
  }

  class Element {
    constructor(tag) {
      Object.assign(this, { tagName: tag.toUpperCase(), nodes: [], attributes: {}, style: new Style(), listeners: {} });
      Object.assign(this, { dataset: {}, parent: null, open: false });
      const classes = () => new Set(this.className.split(" ").filter(Boolean));
      const put = (set) => (this.className = [...set].join(" "));
      this.classList = {
        add: (name) => put(classes().add(name)),
        remove: (name) => put([...classes()].filter((each) => each !== name)),
        toggle: (name, on = !classes().has(name)) => (on ? this.classList.add(name) : this.classList.remove(name)),
        contains: (name) => classes().has(name),
      };
    }

    get className() {
      return this.attributes.class ?? "";
    }

    set className(name) {
      this.attributes.class = name;
    }

    setAttribute(name, value) {
      this.attributes[name] = String(value);
      if (name === "value" && !("value" in this)) this.value = String(value);
    }

    getAttribute(name) {
      return this.attributes[name] ?? null;
    }

    get children() {
      return this.nodes.filter((node) => node instanceof Element);
    }

    put(nodes, at) {
      for (const node of nodes) if (node instanceof Element) node.parent = this;
      this.nodes.splice(at, 0, ...nodes);
    }

    append(...nodes) {
      this.put(nodes, this.nodes.length);
    }

    prepend(...nodes) {
      this.put(nodes, 0);
    }

    replaceChildren(...nodes) {
      this.nodes = [];
      this.append(...nodes);
    }

    get textContent() {
      return this.nodes.map((node) => (node instanceof Element ? node.textContent : node)).join("");
    }

    set textContent(text) {
      this.nodes = [String(text)];
    }

    matches(selector) {
      const [tag, name] = selector.split(".");
      return (!tag || this.tagName === tag.toUpperCase()) && (!name || this.classList.contains(name));
    }

    closest(selectors) {
      if (selectors.split(", ").some((each) => this.matches(each))) return this;
      return this.parent?.closest(selectors) ?? null;
    }

    querySelectorAll(selector) {
      const [first, ...rest] = selector.split(" ");
      const below = (element) => element.children.flatMap((each) => [each, ...below(each)]);
      const found = below(this).filter((each) => each.matches(first));
      return rest.length ? [...new Set(found.flatMap((each) => each.querySelectorAll(rest.join(" "))))] : found;
    }

    addEventListener(name, act) {
      (this.listeners[name] ??= []).push(act);
    }

    fire(name, event = {}) {
      const whole = { target: this, preventDefault() {}, ...event };
      for (const act of this.listeners[name] ?? []) act(whole);
    }

    click() {
      this.fire("click");
    }

    showModal() {
      this.open = true;
    }

    setPointerCapture() {}

    /** Width and height: of a canvas as its style has it, of others as the test has it. */
    get room() {
      if (this.tagName === "CANVAS") return [parseFloat(this.style.width), parseFloat(this.style.height)];
      const name = Object.keys(settings.rooms).find((each) => this.matches(each));
      return settings.rooms[name] ?? [100, 50];
    }

    get clientWidth() {
      return this.room[0];
    }

    get clientHeight() {
      return this.room[1];
    }

    get scrollHeight() {
      return this.room[1];
    }

    getBoundingClientRect() {
      return { left: LEFT, top: TOP, width: this.room[0], height: this.room[1] };
    }
  }

  class Canvas extends Element {
    constructor() {
      super("canvas");
      this.context = new Context(this);
    }

    getContext() {
      return this.context;
    }
  }

  /** A context that remembers its strokes, fills, words and pictures since it was last cleared, in the page's pixels. */
  class Context {
    constructor(canvas) {
      Object.assign(this, { canvas, log: [], path: [], stack: [], shift: [0, 0], dash: [], clips: 0 });
      Object.assign(this, { font: "400 10px sans-serif", globalAlpha: 1, textAlign: "left" });
    }

    save() {
      this.stack.push([this.shift, this.globalAlpha]);
    }

    restore() {
      [this.shift, this.globalAlpha] = this.stack.pop();
    }

    setTransform() {
      this.shift = [0, 0];
    }

    translate(x, y) {
      this.shift = [this.shift[0] + x, this.shift[1] + y];
    }

    clearRect() {
      this.log.length = 0;
    }

    beginPath() {
      this.path = [];
    }

    at(x, y, ...more) {
      this.path.push([x + this.shift[0], y + this.shift[1], ...more]);
    }

    moveTo(x, y) {
      this.at(x, y, "move");
    }

    lineTo(x, y) {
      this.at(x, y);
    }

    arc(x, y, radius) {
      this.at(x, y, radius);
    }

    rect(x, y, width, height) {
      this.at(x, y);
      this.at(x + width, y + height);
    }

    closePath() {}

    setLineDash(dash) {
      this.dash = dash;
    }

    note(kind, more) {
      this.log.push({ kind, alpha: this.globalAlpha, ...more });
    }

    clip() {
      this.note("clip", { path: this.path });
    }

    stroke() {
      const { path, strokeStyle: colour, lineWidth: width, dash } = this;
      this.note("stroke", { path, colour, width, dash });
    }

    fill() {
      this.note("fill", { path: this.path, colour: this.fillStyle });
    }

    words(kind, words, x, y, colour) {
      const { width } = this.measureText(words);
      const left = this.textAlign === "right" ? x - width : x;
      this.note(kind, { words, left: left + this.shift[0], y: y + this.shift[1], width, size: this.letters, colour });
    }

    fillText(words, x, y) {
      this.words("words", words, x, y, this.fillStyle);
    }

    strokeText(words, x, y) {
      this.words("casing", words, x, y, this.strokeStyle);
    }

    get letters() {
      return parseFloat(this.font.split(" ")[1]);
    }

    measureText(words) {
      return { width: 0.55 * this.letters * words.length };
    }

    drawImage(image, x, y, width, height) {
      this.image = image;
      const [left, top] = [x + this.shift[0], y + this.shift[1]];
      this.note("image", { left, top, width, height, log: image.context ? [...image.context.log] : null });
    }

    getImageData() {
      return { data: bytesOf(this.image.pixels) };
    }

    createImageData(width, height) {
      return new ImageData(width, height);
    }

    putImageData(image) {
      this.canvas.painted = image;
    }
  }

  class ImageData {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  }

  class Image {
    async decode() {
      this.pixels = settings.images[Number(this.src)];
    }
  }

  class Blob {
    stream() {
      const bytes = settings.inflated.shift();
      return { pipeThrough: ({ kind }) => (kind === "deflate-raw" ? bytes : "") };
    }
  }

  class DecompressionStream {
    constructor(kind) {
      this.kind = kind;
    }
  }

  class Response {
    constructor(bytes) {
      this.bytes = bytes;
    }

    async arrayBuffer() {
      return bytesOf(this.bytes).buffer;
    }
  }

  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const SIXES = new Uint8Array(128);
  Array.from(LETTERS, (letter, i) => (SIXES[letter.charCodeAt(0)] = i));

  function bytesOf(text) {
    const found = new Uint8Array((text.length / 4) * 3);
    for (let i = 0, j = 0; i < text.length; i += 4) {
      const six = (more) => SIXES[text.charCodeAt(i + more)];
      const whole = (six(0) << 18) | (six(1) << 12) | (six(2) << 6) | six(3);
      found[j++] = whole >> 16;
      found[j++] = whole >> 8;
      found[j++] = whole;
    }
    return found.slice(0, found.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0));
  }

  const atob = (text) => Array.from(bytesOf(text), (code) => String.fromCharCode(code)).join("");
  const media = { reduced: [], dark: [] };
  const document = new Element("html");
  const stage = new Element("main");
  document.append(stage);
  Object.assign(document, {
    documentElement: document,
    body: new Element("body"),
    createElement: (tag) => (tag === "canvas" ? new Canvas() : new Element(tag)),
    createElementNS: (_, tag) => new Element(tag),
    getElementById: (name) => (name === "stage" ? stage : { textContent: settings.texts[name] }),
  });
  const all = document.querySelectorAll.bind(document);
  document.querySelectorAll = (selector) =>
    (selector === "#ground img" ? settings.images.map((_, i) => ({ src: String(i) })) : all(selector));

  Object.assign(globalThis, {
    document, ImageData, Image, Blob, DecompressionStream, Response, atob,
    window: { devicePixelRatio: 1, innerHeight: 800 },
    performance: { now: () => now },
    matchMedia: (query) => ({
      get matches() {
        return query.includes("dark") ? settings.dark : settings.calm;
      },
      addEventListener: (_, act) => media[query.includes("dark") ? "dark" : "reduced"].push(act),
    }),
    getComputedStyle: (element) => ({
      fontSize: "16px", fontFamily: "sans-serif",
      getPropertyValue: (name) => (name === "--narrow" ? String(Number(settings.narrow)) : element.style[name]),
    }),
    requestAnimationFrame: (act) => (frames.set(++count, act), count),
    cancelAnimationFrame: (key) => frames.delete(key),
    setTimeout: (act, wait) => (timers.set(++count, [now + wait, act]), count),
    clearTimeout: (key) => timers.delete(key),
    ResizeObserver: class {
      constructor(act) {
        screen.resize = act;
      }

      observe() {}
    },
  });

  globalThis.screen = {
    settings,
    all,

    /** Let time pass, a picture every 20 milliseconds. */
    wait(milliseconds) {
      for (const end = now + milliseconds; now < end; ) {
        now = Math.min(end, now + 20);
        for (const [key, [due, act]] of [...timers]) if (due <= now && timers.delete(key)) act();
        const ready = frames;
        frames = new Map();
        for (const act of ready.values()) act(now);
      }
    },

    /** The visitor's computer turns dark, or light. */
    turn(dark) {
      settings.dark = dark;
      for (const act of media.dark) act();
    },

    press(key, shiftKey, target) {
      document.fire("keydown", { key, shiftKey, target: all(target)[0] ?? document });
    },

    /** The pointer goes to a place of a figure. */
    point(selector, x, y, kind, buttons) {
      const figure = all(selector)[0];
      figure.fire(kind, { clientX: LEFT + x, clientY: TOP + y, buttons, pointerId: 1, pointerType: "mouse" });
    },
  };
})();
