// Packed shapes (maps/packing.py) back to arrays. One map unit is a world pixel at zoom 19.
"use strict";
var Wangge = { UNIT_ZOOM: 19 };

Wangge.numbers = function (text) {
  const raw = atob(text);
  const out = [];
  for (let i = 0; i < raw.length; ) {
    let value = 0;
    let factor = 1;
    let byte;
    do {
      byte = raw.charCodeAt(i++);
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte & 128);
    out.push(value);
  }
  return out;
};

// Shapes as flat arrays: shape i has the parts first[i]…first[i+1]−1, part p the points
// start[p]…start[p+1]−1; box holds west, north, east, south of each shape.
Wangge.shapes = function (text) {
  const code = Wangge.numbers(text);
  const xs = [], ys = [], start = [0], first = [0], box = [];
  let x = 0, y = 0, at = 0;
  const step = () => { const v = code[at++]; return v % 2 ? -(v + 1) / 2 : v / 2; };
  while (at < code.length) {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let parts = code[at++]; parts > 0; parts--) {
      for (let points = code[at++]; points > 0; points--) {
        x += step();
        y += step();
        xs.push(x);
        ys.push(y);
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < north) north = y;
        if (y > south) south = y;
      }
      start.push(xs.length);
    }
    first.push(start.length - 1);
    box.push(west, north, east, south);
  }
  return {
    count: first.length - 1, xs: Int32Array.from(xs), ys: Int32Array.from(ys),
    start: Int32Array.from(start), first: Int32Array.from(first), box: Float64Array.from(box),
  };
};

// The first point of every shape; NaN for a shape without points.
Wangge.spots = function (shapes) {
  const x = new Float64Array(shapes.count).fill(NaN), y = x.slice();
  for (let i = 0; i < shapes.count; i++)
    if (shapes.first[i + 1] > shapes.first[i]) {
      x[i] = shapes.xs[shapes.start[shapes.first[i]]];
      y[i] = shapes.ys[shapes.start[shapes.first[i]]];
    }
  return { x, y };
};

Wangge.meets = function (shapes, i, view) {
  const b = shapes.box, k = 4 * i;
  return b[k] <= view.east && b[k + 2] >= view.west && b[k + 1] <= view.south && b[k + 3] >= view.north;
};

// Is the point (map units) inside the polygon? Even number of crossings: outside.
Wangge.inside = function (shapes, i, x, y) {
  let odd = false;
  for (let p = shapes.first[i]; p < shapes.first[i + 1]; p++) {
    const from = shapes.start[p], to = shapes.start[p + 1];
    for (let a = from, b = to - 1; a < to; b = a++) {
      const ya = shapes.ys[a], yb = shapes.ys[b];
      if (ya > y !== yb > y && x < ((shapes.xs[b] - shapes.xs[a]) * (y - ya)) / (yb - ya) + shapes.xs[a]) odd = !odd;
    }
  }
  return odd;
};

Wangge.toLatLng = function (x, y) {
  const world = 256 * 2 ** Wangge.UNIT_ZOOM;
  return [(Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / world))) * 180) / Math.PI, (x / world) * 360 - 180];
};
