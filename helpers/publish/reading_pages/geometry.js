// The geometry of 01, computed in the page for every setting and place. It shows what Geometry in
// helpers/figures/convolution.py shows, and hatches the pixels that no window touches; a test compares with torch.

const SMOOTH = [[1], [1, 1], [1, 2, 1], [1, 3, 3, 1]], DIFFERENCE = [[1], [1, -1], [1, 0, -1], [1, 1, -1, -1]];
const SHEETS = {  // where things stand; on a phone the map lies below the image
  laptop: { width: 1000, cell: 26, image: [127, 76], map: [627, 76], title: 231, said: [500, 432] },
  phone: { width: 560, cell: 30, image: [84, 128], title: 280, said: [280, 18] },
};

// How many places a side the kernel has, and which positions along a side (padding included) it touches.
function fit({ size, kernel, stride, padding, dilation }) {
  const reach = dilation * (kernel - 1) + 1;
  const places = Math.max(0, Math.floor((size + 2 * padding - reach) / stride) + 1), touched = new Set();
  for (let place = 0; place < places; place++) {
    for (let k = 0; k < kernel; k++) touched.add(place * stride + k * dilation);
  }
  const pixels = Array.from({ length: size }, (_, n) => touched.has(padding + n)).filter(Boolean).length;
  return { reach, places, touched, untouched: size * size - pixels * pixels };
}

// Called by the figure's script, with its controls: size, kernel, stride, padding, dilation, place.
window.liveGeometry = (name, controls) => {
  const canvas = document.createElement("canvas"), form = document.createElement("form"), at = {};
  controls.place.texts = Array.from({ length: 144 }, (_, place) => `${place}`);
  const draw = () => {
    const most = Math.max(0, fit(at).places ** 2 - 1), place = Math.min(at.place, most);
    const range = form.lastChild.querySelector("input");  // of the places there are
    Object.assign(range, { max: most, value: place, ariaValueText: `${place}` });
    form.lastChild.querySelector("output").textContent = place;
    canvas.setAttribute("aria-label", drawGeometry(canvas, { ...at, place }));
  };
  for (const [key, control] of Object.entries(controls)) {
    at[key] = Number(control.texts[control.start]);
    form.append(slider(control, to => { at[key] = Number(control.texts[to]); draw(); }));
  }
  canvas.className = "computed";
  onPhone.addEventListener("change", draw);
  draw();
  comeAlive(name, form, canvas);
};

// Draws the picture; returns it in words.
function drawGeometry(canvas, settings) {
  const { size, kernel, stride, padding, dilation, place } = settings, wide = size + 2 * padding;
  const { reach, places, touched, untouched } = fit(settings);
  const sheet = SHEETS[onPhone.matches ? "phone" : "laptop"], { cell, image } = sheet;
  const map = sheet.map ?? [image[0], image[1] + (wide + 2.6) * cell];
  const ink = freshInk(canvas, [sheet.width, sheet.map ? 450 : map[1] + (places + 0.5) * cell]);
  const [row, column] = places ? [Math.floor(place / places), place % places] : [0, 0];
  const top = row * stride, left = column * stride;
  const fill = ([x, y], i, j, colour) => {
    ink.fillStyle = colour;
    ink.fillRect(x + j * cell + 1, y + i * cell + 1, cell - 2, cell - 2);
  };
  const letter = (text, i, j, most) => write(
    ink, text.replace("-", "−"), cell * 0.68, image[0] + j * cell, image[1] + i * cell, most);
  const isPixel = n => n >= padding && n < padding + size;
  for (let i = 0; i < wide; i++) for (let j = 0; j < wide; j++) {
    const inside = isPixel(i) && isPixel(j);
    fill(image, i, j, inside ? "#56B4E9" : "#DDDDDD");
    if (inside && !(touched.has(i) && touched.has(j))) hatch(ink, image, i, j, cell);
  }
  for (let i = 0; i < places; i++) for (let j = 0; j < places; j++) {
    fill(map, i, j, i === row && j === column ? "#E69F00" : "#56B4E9");
  }
  for (let i = 0; places && i < kernel; i++) for (let j = 0; j < kernel; j++) {
    const [y, x] = [top + i * dilation, left + j * dilation];
    fill(image, y, x, "#E69F00");
    letter(`${SMOOTH[kernel - 1][i] * DIFFERENCE[kernel - 1][j]}`, y + 0.5, x + 0.5, cell - 2);
  }
  const ruler = (text, [y, x], [down, across], [i, j]) => {  // and its text, whose middle is there
    if (!down && !across) return;
    const [x0, y0] = [image[0] + x * cell, image[1] + y * cell], tick = down ? [6, 0] : [0, 6];
    Object.assign(ink, { strokeStyle: "#222222", lineWidth: 2.5 }).beginPath();
    ink.moveTo(x0, y0);
    ink.lineTo(x0 + across * cell, y0 + down * cell);
    for (const [endX, endY] of [[x0, y0], [x0 + across * cell, y0 + down * cell]]) {
      ink.moveTo(endX - tick[0], endY - tick[1]);
      ink.lineTo(endX + tick[0], endY + tick[1]);
    }
    ink.stroke();
    letter(text, i, j);
  };
  const name = dilation === 1 ? "k" : "reach";
  ruler(`${name} = ${reach}`, [-0.4, left], [0, reach], [-0.4, left + reach + 0.9 + 0.2 * name.length]);
  ruler(`s = ${stride}`, [-1.1, left], [0, stride], [-1.1, left + stride + 1.2]);
  ruler(`d = ${dilation}`, [top + 0.5, -0.4], [kernel > 1 ? dilation : 0, 0], [top + 0.5 + dilation / 2, -2]);
  ruler(`p = ${padding}`, [wide + 0.4, 0], [0, padding], [wide + 0.4, padding + 1.2]);
  const title = untouched ? "image (hatched: touched by no window)" : "image";
  write(ink, title, 20, sheet.title, image[1] - 2.2 * cell);
  write(ink, "feature map", 20, map[0] + 2 * cell, map[1] - cell * 0.7);
  const names = `n = ${size}, k = ${kernel}, s = ${stride}, p = ${padding}, d = ${dilation}`;
  const said = `${names}:  ${places ? `${places} places a side` : "the kernel does not fit"}`;
  write(ink, said, 23, ...sheet.said, sheet.width - 10);
  const hatched = untouched ? ` Hatched: ${untouched} pixels that no window touches.` : "";
  return `A kernel on the pixels of an image, and the feature map that results. ${said}.${hatched}`;
}

function hatch(ink, [x, y], i, j, cell) {
  Object.assign(ink, { strokeStyle: "#222222", lineWidth: 1.5 }).beginPath();
  for (const part of [0.35, 0.7, 1]) {
    ink.moveTo(x + j * cell + 1, y + (i + part) * cell - 1);
    ink.lineTo(x + (j + part) * cell - 1, y + i * cell + 1);
  }
  ink.stroke();
}
