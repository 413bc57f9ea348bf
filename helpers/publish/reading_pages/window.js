// The sliding window of 01, computed in the page: every place, and any nine numbers. It shows what SlidingWindow in
// helpers/figures/convolution.py shows; a test compares its sums with torch's.

const SIDE = 28, FRAMED = SIDE + 2;  // pixels of the digit, and with its frame of black
const SIGNED = [[8, 48, 107], [106, 148, 200], [244, 244, 244], [243, 154, 123], [215, 48, 31]];  // from -1 to 1
const LAYOUTS = {  // where things stand, on a laptop and on a phone: x, y, width, height
  laptop: {
    size: [1000, 470], letters: 19, digit: [5, 63, 368, 368], map: [627, 63, 368, 368],
    grids: [[399, 34, 204, 118], [399, 188, 204, 118], [399, 343, 204, 118]],
  },
  phone: {
    size: [600, 506], letters: 24, digit: [4, 36, 288, 288], map: [308, 36, 288, 288],
    grids: [[4, 370, 190, 132], [205, 370, 190, 132], [406, 370, 190, 132]],
  },
};
const onPhone = matchMedia("(max-width: 46em)");

// The nine pixels (of 30 * 30) below a window at row, column; each times its number of the kernel; and the sum.
function lookThrough(framed, kernel, row, column) {
  const patch = kernel.map((_, k) => framed[(row + Math.floor(k / 3)) * FRAMED + column + k % 3]);
  const products = patch.map((pixel, k) => pixel * kernel[k]);
  return { patch, products, sum: products.reduce((a, b) => a + b) };
}

// The sums of all places, (28 * 28).
function featureMap(framed, kernel) {
  return Float32Array.from({ length: SIDE * SIDE }, (_, n) =>
    lookThrough(framed, kernel, Math.floor(n / SIDE), n % SIDE).sum);
}

// Called by the figure's script. image: base64 of one byte a pixel, black 0; numbers: nine for each of the named kernels.
window.liveWindow = (name, { image, row, column, kernel, numbers }) => {
  const canvas = document.createElement("canvas"), form = document.createElement("form"), fields = nineFields();
  const framed = new Float32Array(FRAMED * FRAMED).fill(-1), at = { row: row.start, column: column.start };
  bytesOf(image).forEach((byte, n) => {
    framed[(Math.floor(n / SIDE) + 1) * FRAMED + n % SIDE + 1] = byte / 127.5 - 1;
  });
  const typed = [...fields.querySelectorAll("input")], digit = drawMaps(framed, 1, FRAMED, 1, grey, 1);
  const draw = () => {
    const nine = typed.map(field => Number(field.value));
    canvas.setAttribute("aria-label", drawWindow(canvas, digit, framed, nine, at));
  };
  const take = named => { typed.forEach((field, k) => { field.value = numbers[named][k]; }); draw(); };
  const named = buttons(kernel, take, name);
  fields.addEventListener("input", () => {
    named.querySelectorAll("input").forEach(radio => { radio.checked = false; });
    draw();
  });
  form.append(slider(row, to => { at.row = to; draw(); }), slider(column, to => { at.column = to; draw(); }));
  form.append(named, fields);
  canvas.className = "computed";
  onPhone.addEventListener("change", draw);
  take(kernel.start);
  comeAlive(name, form, canvas);
};

function nineFields() {
  const group = document.createElement("fieldset"), legend = document.createElement("legend");
  group.className = "nine";
  legend.textContent = "or nine numbers";
  group.append(legend, ...Array.from({ length: 9 }, (_, k) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "number", step: 0.5, ariaLabel: `row ${Math.floor(k / 3)}, column ${k % 3}` });
    return field;
  }));
  return group;
}

// Draws the picture; returns it in words.
function drawWindow(canvas, digit, framed, kernel, { row, column }) {
  const { size, letters, ...boxes } = LAYOUTS[onPhone.matches ? "phone" : "laptop"];
  const { patch, products, sum } = lookThrough(framed, kernel, row, column), map = featureMap(framed, kernel);
  const ink = freshInk(canvas, size), said = `map, their sum here: ${inWords(sum)}`;
  const most = map.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  drawBox(ink, digit, boxes.digit, "digit", letters);
  frame(ink, boxes.digit, FRAMED, row, column, 3);
  drawBox(ink, drawMaps(map, 1, SIDE, 1, signed, most), boxes.map, said, letters);
  frame(ink, boxes.map, SIDE, row, column, 1);
  [["patch", patch], ["× kernel", kernel], ["= nine products", products]].forEach(([title, numbers], n) => {
    const [x, y, width, height] = boxes.grids[n], [wide, high] = [width / 3, height / 3];
    const pale = 2.5 * Math.max(...numbers.map(Math.abs)) || 1;  // so that the numbers can be read
    drawBox(ink, drawMaps(numbers, 1, 3, 1, signed, pale), boxes.grids[n], title, letters);
    numbers.forEach((number, k) => {
      const left = x + k % 3 * wide, top = y + Math.floor(k / 3) * high;
      Object.assign(ink, { strokeStyle: "#0072B2", lineWidth: 1.5 }).strokeRect(left, top, wide, high);
      write(ink, inWords(number).replace(".00", ""), letters, left + wide / 2, top + high / 2, wide - 4);
    });
  });
  return `The window at row ${row}, column ${column}, the nine products, the ${said}.`;
}

function drawBox(ink, picture, [x, y, width, height], title, letters) {
  ink.drawImage(picture, x, y, width, height);
  write(ink, title, letters * 1.1, x + width / 2, y - letters * 0.8, width);
}

// A green frame around count * count of the pixels, of which `across` are side by side.
function frame(ink, [x, y, width], across, row, column, count) {
  const step = width / across;
  Object.assign(ink, { strokeStyle: "#00A651", lineWidth: 5 });
  ink.strokeRect(x + column * step, y + row * step, count * step, count * step);
}

const inWords = number => (Math.round(number * 100) / 100 + 0).toFixed(2).replace("-", "−");

function signed(value) {
  const at = Math.min(Math.max(2 * value + 2, 0), 3.999), k = Math.floor(at);
  return SIGNED[k].map((from, colour) => from + (SIGNED[k + 1][colour] - from) * (at - k));
}
