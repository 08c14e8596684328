// Where people live, so that strokes are counted while they are drawn, without asking anybody.
"use strict";

Wangge.Homes = class {
  constructor({ points, households }) {
    const shapes = Wangge.shapes(points);
    this.xs = shapes.xs;
    this.ys = shapes.ys;
    this.households = Wangge.numbers(households);
    this.side = 400;
    this.cells = new Map();
    this.xs.forEach((x, i) => {
      const key = this.cell(x, this.ys[i]);
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(i);
    });
  }

  cell(x, y) { return Math.floor(x / this.side) * 1e6 + Math.floor(y / this.side); }

  // The homes on an area's ground; kept with the area, which never changes but is replaced.
  of(item) {
    if (item.homes) return item.homes;
    const [w, n, e, s] = item.box || Wangge.boxOf(item), found = [];
    for (let x = Math.floor(w / this.side); x <= Math.floor(e / this.side); x++)
      for (let y = Math.floor(n / this.side); y <= Math.floor(s / this.side); y++)
        for (const i of this.cells.get(x * 1e6 + y) || []) if (Wangge.holds(item, this.xs[i], this.ys[i])) found.push(i);
    return (item.homes = found);
  }

  // Households on a drawn ground, by the area that holds them.
  count(areas, ground) {
    const box = Wangge.boxOf(ground), found = new Map();
    for (const it of areas.items.values()) {
      if (it.box[0] > box[2] || it.box[2] < box[0] || it.box[1] > box[3] || it.box[3] < box[1]) continue;
      let sum = 0;
      for (const i of this.of(it)) if (Wangge.holds(ground, this.xs[i], this.ys[i])) sum += this.households[i];
      if (sum) found.set(it.ref, sum);
    }
    return found;
  }
};

// Is a point on the ground? Even number of crossings: outside.
Wangge.holds = function ({ xs, ys, rings }, x, y) {
  let odd = false, from = 0;
  for (const size of rings) {
    for (let a = from, b = from + size - 1; a < from + size; b = a++)
      if (ys[a] > y !== ys[b] > y && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) odd = !odd;
    from += size;
  }
  return odd;
};

Wangge.ringOf = (points) => ({ xs: points.map(([x]) => x), ys: points.map(([, y]) => y), rings: [points.length] });
