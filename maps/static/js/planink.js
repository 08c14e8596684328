// What the desk draws over the map: the chosen area, what is being drawn, what would come of it.
"use strict";

Wangge.Ink = class {
  constructor(desk, pen) {
    this.desk = desk;
    this.pen = pen;
    this.ctx = pen.ctx;
  }

  at([x, y]) { return [x * this.pen.scale - this.pen.x0, y * this.pen.scale - this.pen.y0]; }

  stroke(width, colour, dash = []) {
    const { ctx } = this;
    ctx.lineWidth = width + 2.4;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.setLineDash(dash);
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  path(points) { points.forEach((point, k) => this.ctx[k ? "lineTo" : "moveTo"](...this.at(point))); }

  ring(item) {
    let from = 0;
    for (const size of item.rings) {
      for (let k = from; k < from + size; k++) this.ctx[k === from ? "moveTo" : "lineTo"](...this.at([item.xs[k], item.ys[k]]));
      this.ctx.closePath();
      from += size;
    }
  }

  area(item) {
    this.ctx.beginPath();
    this.ring(item);
    this.stroke(3.4, "#16324a");
  }

  // Would come of it.
  piece(item) {
    this.ctx.beginPath();
    this.ring(item);
    this.stroke(2.6, "#b3470b", [9, 6]);
  }

  lines(lines, width) {
    this.ctx.beginPath();
    for (const line of lines) this.path(line);
    this.stroke(width, "#b3470b");
  }

  drawn(points) {
    if (!points.length) return;
    this.ctx.beginPath();
    this.path(points);
    this.stroke(2.6, "#b3470b", [9, 6]);
    if (points.length < 40) this.dots(points);
  }

  dots(points) {
    for (const point of points) {
      this.ctx.beginPath();
      this.ctx.arc(...this.at(point), 5, 0, 7);
      this.ctx.fillStyle = "#ffffff";
      this.ctx.fill();
      this.ctx.lineWidth = 2;
      this.ctx.strokeStyle = "#b3470b";
      this.ctx.stroke();
    }
  }

  shade(points) {
    this.ctx.beginPath();
    this.path(points);
    this.ctx.closePath();
    this.ctx.fillStyle = "rgb(179 71 11 / .14)";
    this.ctx.fill();
  }

  // A padlock at the label of a locked area.
  padlock(item) {
    const { ctx } = this, [x, y] = this.at(item.spot), up = y - 16;
    if (x < -20 || y < -20 || x > this.pen.width + 20 || y > this.pen.height + 40) return;
    ctx.beginPath();
    ctx.arc(x, up - 4, 4, Math.PI, 0);
    ctx.lineWidth = 2.4;
    ctx.strokeStyle = "#16324a";
    ctx.stroke();
    ctx.fillStyle = "#16324a";
    ctx.fillRect(x - 6.5, up - 4, 13, 9.5);
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = 1;
    ctx.strokeRect(x - 6.5, up - 4, 13, 9.5);
  }
};
