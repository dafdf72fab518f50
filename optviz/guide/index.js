"use strict";
const form = document.querySelector("form[role=search]");
const cards = [...document.querySelectorAll("article")];
const dialog = document.querySelector("dialog");

// Which pictures are shown: those that have every word, the surface, and every chosen optimizer and topic.
function filter() {
  const asked = new FormData(form);
  const words = asked.get("words").toLowerCase().split(/\s+/).filter(Boolean);
  const tags = [asked.get("surface"), ...asked.getAll("optimizer"), ...asked.getAll("topic")].filter(Boolean);
  let count = 0;
  for (const card of cards) {
    const has = card.dataset.tags.split("|");
    const text = card.textContent.toLowerCase();
    card.hidden = !(tags.every((tag) => has.includes(tag)) && words.every((word) => text.includes(word)));
    count += card.hidden ? 0 : 1;
  }
  form.querySelector("output").value = `${count} of ${cards.length}`;
  document.getElementById("none").hidden = count > 0;
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code); // where a page may not write, the reader can
    if (!document.execCommand("copy")) return;
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

function enlarge(card) {
  const picture = card.querySelector("img");
  const large = dialog.querySelector("img");
  large.src = picture.src;
  large.alt = picture.alt;
  dialog.style.setProperty("--ground", card.style.getPropertyValue("--ground"));
  dialog.querySelector("p").textContent = card.querySelector(".see").textContent;
  dialog.showModal();
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
document.querySelector("main").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) button.matches(".command button") ? copy(button) : enlarge(button.closest("article"));
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
filter();
