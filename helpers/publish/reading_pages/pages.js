// Whoever reads without a mouse can reach, and then scroll with the arrow keys, a block that is wider than the page.
const watcher = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll("pre, .table-wrapper, .cell_output").forEach(block => watcher.observe(block));

// What is said of a closed answer is closed with it: the first paragraph below, unless it asks the next question.
for (const answer of document.querySelectorAll(".cell details.hide")) {
  const said = answer.closest(".cell").nextElementSibling;
  if (said?.matches("p") && !said.textContent.startsWith("Predict")) answer.append(said);
}
