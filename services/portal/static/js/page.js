// Every page: focus what needs attention first, close the menu, show what only works with a script.

const first = document.querySelector("[data-focus]");
if (first) first.focus();

document.addEventListener("htmx:after:swap", () => {
  const focused = document.querySelector("[data-focus]:not([data-seen])");
  if (focused && focused !== first) focused.focus();
  if (focused) focused.dataset.seen = "";
});

// A poll that fails leaves the last good state on the page; the next one tries again.
document.addEventListener("htmx:after:request", (event) => {
  if ((event.detail?.ctx?.response?.status ?? 0) >= 400) event.preventDefault();
});

// On a phone the conference's menu is wider than the screen: show where we are in it.
const here = document.querySelector(".top nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;

const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// "Choose all" ticks the boxes of its form, and says whether all are ticked.
for (const label of document.querySelectorAll("[data-check-all]")) {
  const all = label.querySelector("input");
  const boxes = [...label.closest("form").querySelectorAll(`input[name="${label.dataset.checkAll}"]`)];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  label.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
}

// The drill-downs belong to the printed comparison.
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll(".compare details:not([open])")];
  for (const one of closed) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of closed) one.open = false;
});

// A decision is sent once, however often the button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });
}
