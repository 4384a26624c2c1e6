// Copies the value of an input to the clipboard.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const input = document.querySelector(button.dataset.copy);
    input.select();
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Đã chép ✓";
  });
}
