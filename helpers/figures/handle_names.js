// ipywidgets writes a slider's description beside it, but gives no name to the handle, where a screen reader listens.
function render({ el }) {
  Object.assign(el.style, { position: "absolute", width: "1px", height: "1px" });
  const name = () => {
    for (const slider of el.closest(".widget-vbox").querySelectorAll(".widget-slider")) {
      const label = slider.querySelector("label").textContent;
      for (const handle of slider.querySelectorAll("[role=slider]")) handle.setAttribute("aria-label", label);
    }
  };
  const watcher = new MutationObserver(name);  // a slider comes when it is ready, perhaps after this widget
  new ResizeObserver(() => {  // called when the page has taken this widget in
    if (!el.isConnected) return;
    name();
    watcher.observe(el.closest(".widget-vbox"), { childList: true, subtree: true });
  }).observe(el);
}
export default { render };
