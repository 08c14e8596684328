// Where areas meet: neighbours, shared borders, and new courses for them. All in map units.
"use strict";

// Areas that share a stretch of border with one: two vertices in common.
Wangge.neighbours = function (redrawn, ref) {
  const me = redrawn.get(ref), mine = new Set(), [w, n, e, s] = me.box;
  const key = (x, y) => (x - w) * (s - n + 1) + (y - n), near = (x, y) => x >= w && x <= e && y >= n && y <= s;
  for (let k = 0; k < me.xs.length; k++) mine.add(key(me.xs[k], me.ys[k]));
  const found = [];
  for (const it of redrawn.items.values()) {
    if (it === me || it.box[0] > e || it.box[2] < w || it.box[1] > s || it.box[3] < n) continue;
    let common = 0;
    for (let k = 0; k < it.xs.length && common < 2; k++) if (near(it.xs[k], it.ys[k]) && mine.has(key(it.xs[k], it.ys[k]))) common++;
    if (common > 1) found.push(it);
  }
  return found;
};

Wangge.eachEdge = function (item, act) {
  let from = 0;
  for (const size of item.rings) {
    for (let k = 0; k < size; k++) act(from + k, from + ((k + 1) % size), k, size);
    from += size;
  }
};

// The border between two areas, as one or several lines of points; the longest first.
Wangge.shared = function (me, other) {
  const name = (it, a, b) => {
    const swap = it.xs[a] > it.xs[b] || (it.xs[a] === it.xs[b] && it.ys[a] > it.ys[b]), [p, q] = swap ? [b, a] : [a, b];
    return `${it.xs[p]},${it.ys[p]},${it.xs[q]},${it.ys[q]}`;
  };
  const theirs = new Set(), rings = [];
  Wangge.eachEdge(other, (a, b) => theirs.add(name(other, a, b)));
  Wangge.eachEdge(me, (a, b, k) => {
    if (!k) rings.push([]);
    rings[rings.length - 1].push({ a, b, common: theirs.has(name(me, a, b)) });
  });
  const lines = [];
  for (const ring of rings) {
    const open = ring.findIndex((edge) => !edge.common), turned = [...ring.slice(Math.max(open, 0)), ...ring.slice(0, Math.max(open, 0))];
    let line = null;
    for (const { a, b, common } of turned) {
      if (!common) { line = null; continue; }
      if (!line) lines.push((line = [[me.xs[a], me.ys[a]]]));
      line.push([me.xs[b], me.ys[b]]);
    }
  }
  return lines.sort((one, two) => Wangge.lengthOf(two) - Wangge.lengthOf(one));
};

Wangge.lengthOf = function (line) {
  let sum = 0;
  for (let k = 1; k < line.length; k++) sum += Math.hypot(line[k][0] - line[k - 1][0], line[k][1] - line[k - 1][1]);
  return sum;
};

// The point of a line nearest to a place: how far, and how far along.
Wangge.nearestOn = function (line, [x, y]) {
  let best = { far: Infinity, along: 0, at: line[0] }, run = 0;
  for (let k = 1; k < line.length; k++) {
    const [ax, ay] = line[k - 1], [bx, by] = line[k], dx = bx - ax, dy = by - ay, size = Math.hypot(dx, dy);
    const t = size ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (size * size))) : 0;
    const at = [ax + t * dx, ay + t * dy], far = Math.hypot(x - at[0], y - at[1]);
    if (far < best.far) best = { far, along: run + t * size, at };
    run += size;
  }
  return best;
};

// The stretch of a line between two lengths along it.
Wangge.stretch = function (line, from, to) {
  const found = [];
  let run = 0;
  for (let k = 1; k < line.length; k++) {
    const [a, b] = [line[k - 1], line[k]], size = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const at = (d) => (size ? [a[0] + ((b[0] - a[0]) * (d - run)) / size, a[1] + ((b[1] - a[1]) * (d - run)) / size] : a);
    if (run + size >= from && run <= to) {
      if (!found.length) found.push(at(Math.max(from, run)));
      found.push(at(Math.min(to, run + size)));
    }
    run += size;
  }
  return found;
};

// Pull a border at one place: the longer the pull, the longer the stretch that follows.
Wangge.pulled = function (line, along, to) {
  const [at] = Wangge.stretch(line, along, along), far = Math.hypot(to[0] - at[0], to[1] - at[1]), side = Math.max(1.2 * far, 60);
  const old = Wangge.stretch(line, along - side, along + side);
  return { course: [old[0], to, old[old.length - 1]], old };
};

// The whole border moved sideways: outwards of the area on whose right hand it runs.
Wangge.shifted = function (line, by) {
  return line.map(([x, y], k) => {
    const [ax, ay] = line[Math.max(k - 1, 0)], [bx, by_] = line[Math.min(k + 1, line.length - 1)], size = Math.hypot(bx - ax, by_ - ay) || 1;
    return [x + (by * (by_ - ay)) / size, y - (by * (bx - ax)) / size];
  });
};

// Twice the signed area of a ring: above 0 when it turns right-handed in map units (y downwards).
Wangge.turning = function (item) {
  let sum = 0;
  for (let k = 0, n = item.rings[0]; k < n; k++) sum += item.xs[k] * item.ys[(k + 1) % n] - item.xs[(k + 1) % n] * item.ys[k];
  return sum;
};

Wangge.COMPASS = [["北", "N", 0, -1], ["东北", "NE", 1, -1], ["东", "E", 1, 0], ["东南", "SE", 1, 1], ["南", "S", 0, 1], ["西南", "SW", -1, 1], ["西", "W", -1, 0], ["西北", "NW", -1, -1]];

// Where a ray from the label of an area, in a direction of the compass, last meets its border.
Wangge.rim = function (item, k) {
  const [, , dx, dy] = Wangge.COMPASS[k], [x, y] = item.spot;
  let far = 0;
  Wangge.eachEdge(item, (b, a) => {
    const ex = item.xs[a] - item.xs[b], ey = item.ys[a] - item.ys[b], cross = dx * ey - dy * ex;
    if (!cross) return;
    const t = ((item.xs[b] - x) * ey - (item.ys[b] - y) * ex) / cross, u = ((item.xs[b] - x) * dy - (item.ys[b] - y) * dx) / cross;
    if (u >= 0 && u <= 1 && t > far) far = t;
  });
  return [x + dx * (far + 12), y + dy * (far + 12)];
};
