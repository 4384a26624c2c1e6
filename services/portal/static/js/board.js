// Fills the live figures into the rows that the server has drawn; rows keep their places.

const bang = document.getElementById("bang");
const news = document.getElementById("tin-moi");
const itemTemplate = document.querySelector("[data-attention-item]");
const lateTemplate = document.querySelector("[data-late]");
const AGAIN = 3_000;

let alarming = new Set([...document.querySelectorAll(".attention-item.failed")].map((item) => item.dataset.key));
let drawnAt = 0;
let drawing = 0;
let latest = null; // the newest state, and `of` which part of the board

const number = (value) => (value === null ? "—" : value.toLocaleString("vi-VN"));
const statusOf = (name) => document.querySelector(`template[data-status="${name}"]`).content;

function put(element, text) {
  if (element.textContent === text) return;
  element.textContent = text;
  const around = element.closest("td, .tile, .chip, .arrived") ?? element;
  around.classList.remove("changed");
  window.requestAnimationFrame(() => around.classList.add("changed"));
}

function fillStatus(element, slots) {
  const mark = `${slots.status} ${Boolean(slots.late)}`;
  if (element.dataset.mark === mark) return;
  element.dataset.mark = mark;
  element.replaceChildren(statusOf(slots.status).cloneNode(true));
  if (slots.late === true) element.append(lateTemplate.content.cloneNode(true));
}

function fillSlot(element, slots) {
  const value = slots[element.dataset.slot];
  if (element.dataset.slot === "status") return fillStatus(element, slots);
  put(element, typeof value === "string" ? value : number(value ?? null));
  const chip = element.closest("[data-tone]");
  if (chip) chip.className = `chip ${value ? chip.dataset.tone : "none"}`;
  element.closest("td")?.classList.toggle("zero", !value);
}

function fillRow(row, slots) {
  if (slots.status) row.dataset.state = slots.status;
  if (row.tagName === "TR") row.classList.toggle("row-bad", slots.bad);
  for (const element of row.querySelectorAll("[data-slot]")) fillSlot(element, slots);
}

function attentionItem(site, board) {
  const item = itemTemplate.content.cloneNode(true).firstElementChild;
  const mine = !board.dataset.unit || site.unit === board.dataset.unit;
  const name = document.createElement(mine ? "a" : "strong");
  if (mine) name.href = board.dataset.sites + encodeURIComponent(site.key);
  name.textContent = site.name;
  item.classList.add(site.state);
  item.dataset.key = site.key;
  item.querySelector("[data-name]").replaceWith(name);
  item.querySelector("[data-symbol]").textContent = statusOf(site.state).querySelector("span span").textContent;
  item.querySelector("[data-text]").textContent = site.text;
  return item;
}

function fillAttention(state, board) {
  const section = board.querySelector("[data-attention]");
  const written = JSON.stringify([state.attention, state.unlisted]);
  if (!section || section.dataset.written === written) return; // a board without sites has none
  section.dataset.written = written;
  const items = state.attention.map((site) => attentionItem(site, board));
  if (state.unlisted) {
    const more = document.createElement("li");
    more.className = "attention-item not_tested";
    more.textContent = `và ${number(state.unlisted)} điểm cầu khác`;
    items.push(more);
  }
  section.querySelector("ul").replaceChildren(...items);
  section.hidden = !items.length;
  announce(state.attention.filter((site) => site.state === "failed"));
}

// Who does not see the tiles hears of a line that fails, and of nothing that merely counts up.
function announce(failed) {
  const fresh = failed.filter((site) => !alarming.has(site.key));
  alarming = new Set(failed.map((site) => site.key));
  if (fresh.length) news.textContent = fresh.map((site) => `${site.name}: ${site.text}`).join(". ");
}

// The page's own figures may be older than the stream's: until they agree it is asked for, now and then.
function drawAgain(board) {
  window.clearTimeout(drawing);
  drawing = window.setTimeout(() => {
    drawnAt = Date.now();
    window.htmx.ajax("GET", board.dataset.again, { target: "#bang", swap: "innerMorph" });
  }, Math.max(0, drawnAt + AGAIN - Date.now()));
}

function fill() {
  const board = bang.querySelector("[data-board]");
  if (!board || latest?.of !== board.dataset.follow) return;
  const { state } = latest;
  if (String(state.shape) !== board.dataset.shape) return drawAgain(board);
  for (const row of board.querySelectorAll("[data-row]")) {
    const slots = state.rows[row.dataset.row];
    if (slots) fillRow(row, slots);
  }
  fillAttention(state, board);
  for (const part of board.querySelectorAll("[data-counted]")) part.hidden = !state.counts_known;
  for (const part of board.querySelectorAll("[data-uncounted]")) part.hidden = state.counts_known;
}

document.addEventListener("board:state", ({ detail }) => {
  latest = detail;
  fill();
});

// What was drawn meanwhile may be older than what the stream has said last.
document.addEventListener("htmx:after:swap", fill);
