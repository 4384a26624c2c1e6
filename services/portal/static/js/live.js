// Watches a polled part of the page and says when its figures may be old.

const PATIENCE = 25_000; // two and a half polls

const badge = document.getElementById("live");
const text = badge.querySelector("[data-live-text]");
const target = document.querySelector(badge.dataset.live);
const clock = new Intl.DateTimeFormat("vi", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

let fresh = new Date();
let stale = false;

function show(isStale) {
  const words = isStale
    ? `Mất kết nối với máy chủ – số liệu có thể đã cũ từ ${clock.format(fresh)}`
    : "Tự cập nhật";
  if (text.textContent !== words) text.textContent = words;
  badge.classList.toggle("stale", isStale);
  stale = isStale;
}

function of(event) {
  return event.detail?.ctx?.target === target;
}

document.addEventListener("htmx:after:request", (event) => {
  if (!of(event)) return;
  const status = event.detail.ctx.response?.status ?? 0;
  if (status >= 200 && status < 400) {
    fresh = new Date();
    show(false);
  } else {
    show(true);
  }
});

document.addEventListener("htmx:error", (event) => {
  if (of(event)) show(true);
});

window.setInterval(() => {
  if (!stale && Date.now() - fresh.getTime() > PATIENCE) show(true);
}, 1000);

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) window.htmx?.trigger(target, "every");
});

badge.hidden = false;
show(false);
