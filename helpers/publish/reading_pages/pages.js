// Whoever reads without a mouse can reach, and then scroll with the arrow keys, a block that is wider than the page.
const watcher = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll("pre, .table-wrapper").forEach(block => watcher.observe(block));
