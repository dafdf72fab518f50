// A deck on the screen: one slide at a time, by keys, clicks, swipes or the address, its film from the first frame on.

const root = document.documentElement;
const slides = [...document.querySelectorAll(".slide")];
const count = document.querySelector(".count");
const help = document.querySelector("dialog");
const back = document.querySelector(".back");
const on = document.querySelector(".on");
const films = new Map(); // an image to the bytes of its film
let at = -1;

function show(number) {
  const next = Math.max(0, Math.min(slides.length - 1, number));
  if (next === at) return;
  slides[at]?.classList.remove("current");
  at = next;
  slides[at].classList.add("current");
  back.disabled = at === 0;
  on.disabled = at === slides.length - 1;
  count.textContent = `${at + 1} / ${slides.length}`;
  if (asked() !== at) history.replaceState(null, "", `#${at + 1}`);
  scrollTo(0, 0);
  restart(slides[at].querySelector(".film"));
}

// A browser goes on with a film that it knows by its address: so each showing has an address of its own.
function restart(image) {
  if (!image) return;
  if (!films.has(image)) films.set(image, bytes(image.src));
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(films.get(image));
}

function bytes(address) {
  const [, type, content] = address.match(/^data:([^;]+);base64,(.*)$/s);
  return new Blob([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], { type });
}

function asked() {
  const number = Number.parseInt(location.hash.slice(1), 10);
  return Number.isNaN(number) ? 0 : number - 1;
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

const KEYS = {
  ArrowRight: () => show(at + 1),
  ArrowDown: () => show(at + 1),
  PageDown: () => show(at + 1),
  Enter: () => show(at + 1),
  " ": (event) => show(at + (event.shiftKey ? -1 : 1)),
  ArrowLeft: () => show(at - 1),
  ArrowUp: () => show(at - 1),
  PageUp: () => show(at - 1),
  Backspace: () => show(at - 1),
  Home: () => show(0),
  End: () => show(slides.length - 1),
  f: fullScreen,
  n: () => root.classList.toggle("noting"),
  s: () => root.classList.toggle("still"),
  r: () => restart(slides[at].querySelector(".film")),
  "?": () => help.showModal(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (help.open) {
    if (event.key === "?") help.close();
    return;
  }
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

back.addEventListener("click", () => show(at - 1));
on.addEventListener("click", () => show(at + 1));
help.addEventListener("click", () => help.close());
addEventListener("hashchange", () => show(asked()));

let touched = null;
addEventListener("touchstart", (event) => {
  const { clientX: x, clientY: y } = event.touches[0];
  touched = event.touches.length === 1 ? { x, y } : null;
}, { passive: true });
addEventListener("touchend", (event) => {
  if (!touched) return;
  const { clientX, clientY } = event.changedTouches[0];
  const [across, down] = [clientX - touched.x, clientY - touched.y];
  touched = null;
  if (Math.abs(across) > 40 && Math.abs(across) > 2 * Math.abs(down)) show(at + (across < 0 ? 1 : -1));
}, { passive: true });

root.classList.replace("plain", "running");
root.classList.toggle("still", matchMedia("(prefers-reduced-motion: reduce)").matches);
show(asked());
