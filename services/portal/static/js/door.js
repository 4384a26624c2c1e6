// The check-in table: after any scan, good or bad, the next one works. Scans are sent one after the other;
// when the line is down they wait here and are sent again with the same id, so that none counts twice.

const form = document.querySelector("[data-door]");
const input = form?.elements.text;
const result = document.getElementById("ket-qua");
const waiting = document.querySelector("[data-door-waiting]");
const RETRY = 5_000;
const queue = [];
let busy = false;

// crypto.randomUUID needs https, which a door on the hall's own network may not have.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function show() {
  waiting.hidden = !queue.length || !queue[0].failed;
  const words = `! Mất kết nối với máy chủ: ${queue.length} lượt đang chờ, sẽ tự gửi lại. Đừng đóng trang này.`;
  if (!waiting.hidden && waiting.textContent !== words) waiting.textContent = words;
}

async function send(scan) {
  const body = new FormData(form);
  body.set("text", scan.text);
  body.set("once", scan.id);
  body.set("waited", String(Math.round((Date.now() - scan.at) / 1000)));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Door": "1" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  if (answer.headers.get("Content-Type")?.includes("json")) {
    window.location.assign((await answer.json()).go);
    return;
  }
  result.innerHTML = await answer.text();
}

async function work() {
  if (busy) return;
  busy = true;
  while (queue.length) {
    try {
      await send(queue[0]);
      queue.shift();
    } catch {
      queue[0].failed = true;
      break;
    }
  }
  busy = false;
  show();
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    input.value = "";
    input.focus();
    if (!text) return;
    queue.push({ id: newId(), text, at: Date.now(), failed: false });
    work();
  });
  window.setInterval(work, RETRY);
  window.addEventListener("online", work);
  window.addEventListener("beforeunload", (event) => {
    if (queue.some((scan) => scan.failed)) event.preventDefault();
  });
  input.select();
  input.focus();
}
