// A square to draw on with the mouse or one finger; its ink goes to Python with every picture the screen shows.
function render({ model, el }) {
  const side = model.get("side");
  el.innerHTML = `<canvas width="${side}" height="${side}" role="img" aria-label="Drawing area for one digit"></canvas>
    <div><p>Draw here, large,<br>with the mouse or a finger.</p>
    <p role="status"></p><button type="button">Clear</button></div>`;
  el.classList.add("digit-canvas");
  const canvas = el.querySelector("canvas");
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(ink, { lineWidth: 11, lineCap: "round", lineJoin: "round", strokeStyle: "white" });
  const value = model.get("value"), start = ink.createImageData(side, side);
  for (let k = 0; k < side * side; k++) start.data.set([255, 255, 255, value.getUint8(k)], 4 * k);
  ink.putImageData(start, 0, 0);
  let last = null, waiting = false;

  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * side / box.width, (event.clientY - box.top) * side / box.height];
  };
  const send = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const rgba = ink.getImageData(0, 0, side, side).data;
      model.set("value", new DataView(Uint8Array.from({ length: side * side }, (_, k) => rgba[4 * k + 3]).buffer));
      model.save_changes();
    });
  };
  const line = event => {
    const next = place(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...next);
    ink.stroke();
    last = next;
    send();
  };

  canvas.addEventListener("pointerdown", event => {
    if (!event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    line(event);
  });
  canvas.addEventListener("pointermove", event => last && event.isPrimary && line(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  el.querySelector("button").addEventListener("click", () => { ink.clearRect(0, 0, side, side); send(); });

  const status = el.querySelector("[role=status]");
  const say = () => { status.textContent = model.get("answer"); };
  model.on("change:answer", say);
  say();
}
export default { render };
