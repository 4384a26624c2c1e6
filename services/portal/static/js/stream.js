// Follows a board by server-sent events. Every message is the whole state, so that a missed one does no harm.
// Without a stream it asks every ten seconds; a watchdog says since when the figures may be old.

const POLL = 10_000;
const TRY_AGAIN = 60_000; // the server had no seat, or no stream: try once a minute
const PATIENCE = 20_000; // until the server has said how often it looks itself

const badge = document.getElementById("live");
const words = badge.querySelector("[data-live-text]");
const clock = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const board = () => document.querySelector("[data-board]");
const MODES = { wait: "Đang kết nối…", stream: "Trực tiếp", poll: "Tự cập nhật mỗi 10 giây" };

let source = null;
let following = "";
let mode = "wait"; // until the first beat or poll
let failures = 0;
let polling = 0;
let again = 0;
let freshAt = Date.now() - board().dataset.age * 1000; // when the figures on the page were true
let heardAt = Date.now();
let patience = PATIENCE;

function say() {
  const now = Date.now();
  const stale = now - freshAt > patience || now - heardAt > patience;
  const text = stale
    ? `Mất kết nối với máy chủ – số liệu có thể đã cũ từ ${clock.format(freshAt)}`
    : MODES[mode];
  if (words.textContent !== text) words.textContent = text;
  badge.classList.toggle("stale", stale);
  badge.dataset.mode = stale ? "stale" : mode;
  badge.hidden = false;
}

function heard(beat) {
  heardAt = Date.now();
  freshAt = heardAt - beat.age * 1000;
  patience = beat.patience * 1000;
  say();
}

function tell(of, state) {
  document.dispatchEvent(new CustomEvent("board:state", { detail: { of, state } }));
}

function open() {
  close();
  window.clearTimeout(again);
  if (document.hidden) return; // a browser opens few connections to a host: leave them to the tab that is seen
  following = board().dataset.follow;
  source = new EventSource(following);
  source.addEventListener("state", (event) => tell(following, JSON.parse(event.data)));
  source.addEventListener("beat", (event) => {
    mode = "stream";
    failures = 0;
    stopPolling();
    heard(JSON.parse(event.data));
  });
  source.addEventListener("error", lost);
}

function lost() {
  failures += 1;
  // The browser itself connects again unless it was refused; after two failures we ask as well.
  if (source.readyState === EventSource.CLOSED) {
    close();
    again = window.setTimeout(open, TRY_AGAIN);
    startPolling();
  } else if (failures > 1) {
    startPolling();
  }
  say();
}

function close() {
  source?.close();
  source = null;
}

function startPolling() {
  if (polling) return;
  mode = "poll";
  polling = window.setInterval(ask, POLL);
  ask();
}

function stopPolling() {
  window.clearInterval(polling);
  polling = 0;
}

async function ask() {
  try {
    const options = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(POLL - 1000) };
    const { follow, poll } = board().dataset;
    const answer = await fetch(poll, options);
    if (answer.status === 401) window.location.reload(); // signed out meanwhile
    if (!answer.ok) return;
    const { state, beat } = await answer.json();
    tell(follow, state);
    heard({ ...beat, patience: Math.max(beat.patience, 2 * POLL / 1000) });
  } catch {
    // The watchdog tells it; the next one tries again.
  }
}

// A filter shows another part of the board.
document.addEventListener("htmx:after:swap", () => {
  if (board() && board().dataset.follow !== following) open();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    close();
    stopPolling();
    window.clearTimeout(again);
  } else {
    open();
  }
});
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => event.persisted && open());

window.setInterval(say, 1000);
say();
open();
