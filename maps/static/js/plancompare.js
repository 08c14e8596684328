// Two plans side by side: what differs, what it means for people, and a map that is wiped.
"use strict";

Wangge.DEEDS = {
  split: ["分割", "Split"], merge: ["合并", "Merged"], redivide: ["重划", "Divided anew"], move: ["移界", "Moved"], recode: ["改码", "Recoded"],
  reparent: ["改隶", "Other parent"], rename: ["改名", "Renamed"], recount: ["改户数", "Recounted"], create: ["新设", "Created"], close: ["撤销", "Closed"],
};
Wangge.MEASURES = {
  areas: ["区域数", "Areas"], households: ["总户数", "Households"], least: ["最少户", "Least"], mean: ["平均户", "Mean"],
  most: ["最多户", "Most"], spread: ["离散", "Spread"], out_of_norm: ["超出规模", "Out of norm"],
};
Wangge.LINES = 24;

Wangge.TOOLS.compare = class extends Wangge.Tool {
  words() { return ["左边是对比方案，右边是本方案；拖动中线", "Left the other plan, right this one; drag the line between"]; }

  begin() {
    const { desk } = this, other = desk.id("other");
    desk.id("compare").hidden = false;
    document.body.classList.add("comparing");
    if (!this.listening) {
      this.listening = true;
      other.addEventListener("change", () => this.show());
      desk.id("print").addEventListener("click", () => window.print());
    }
    const plans = [...desk.id("plans").options].filter((o) => o.value && o.value !== desk.plan.link);
    other.replaceChildren(Wangge.element("option", `第 ${desk.told.base} 版（现行） as published`, { value: "" }), ...plans.map((o) => Wangge.element("option", o.textContent, { value: o.value })));
    return this.show();
  }

  end() {
    this.desk.id("compare").hidden = true;
    document.body.classList.remove("comparing");
    this.unwipe();
  }

  click(at, ref) { if (ref) this.desk.select(ref); }

  async show() {
    const { desk } = this, link = desk.id("other").value, asked = (this.asked = {});
    await desk.guard(async () => {
      const other = link ? await desk.plan.shown(link) : null;
      const found = await desk.plan.of("/differences" + (link ? `?other=${encodeURIComponent(link)}` : ""));
      if (this.asked !== asked || desk.tool !== this) return;
      this.wiped(other);
      this.list(found);
      this.table(found);
      desk.say(...this.words());
      window.__compared = performance.now();
    });
  }

  // The other plan on canvases of its own, to the left of the line.
  wiped(other) {
    this.unwipe();
    const { map, scene, levels } = this.desk, pane = map.getPane("other") || map.createPane("other");
    this.twins = Object.fromEntries(Object.entries(levels).map(([level, areas]) => [level, areas.twin()]));
    for (const [level, areas] of Object.entries(this.twins))
      if (other) areas.patch(other.upsert.filter((f) => f.properties.level === level), other.drop.filter(([l]) => l === level).map(([, ref]) => ref));
    const beside = { ...scene, sheets: Object.values(this.twins).map((areas) => areas.sheet) };
    this.views = Wangge.sheetsOn("other", beside, (sheet) => levels[sheet.key].sheet.shown);
    for (const canvas of this.views) canvas.addTo(map);
    this.wipe = new Wangge.Wipe(map, { pane: "other", left: true });
    pane.hidden = false;
  }

  unwipe() {
    if (!this.wipe) return;
    this.wipe.remove();
    for (const canvas of this.views) canvas.remove();
    this.wipe = this.views = null;
  }

  name(level, ref) {
    const it = this.desk.levels[level].get(ref) || this.twins[level].get(ref);
    return it ? it.row[0] : ref;
  }

  list(found) {
    const { desk } = this, root = desk.id("differences"), mine = found.differences.filter((d) => d.level === desk.level), rest = found.differences.length - mine.length;
    root.replaceChildren(...mine.slice(0, Wangge.LINES).map((d) => this.line(d)));
    const more = Math.max(mine.length - Wangge.LINES, 0);
    const note = [more ? `另有 ${more} 处` : "", rest ? `其他层级 ${rest} 处` : ""].filter(Boolean).join("，");
    desk.id("more-differences").textContent = mine.length ? note : `这一层级没有差别 no difference${note ? `；${note}` : ""}`;
    const moved = found.households_moved[desk.level] || 0, posts = Object.values(found.staff_posts).reduce((sum, n) => sum + n, 0);
    desk.id("moved").replaceChildren();
    Wangge.twice(desk.id("moved"), [`${moved.toLocaleString("zh-CN")} 户换格，涉及 ${posts} 个岗位`, `${moved.toLocaleString("en")} households change hands, ${posts} posts`]);
  }

  line(d) {
    const { desk } = this, line = Wangge.element("li"), names = (refs) => refs.map((ref) => this.name(d.level, ref)).join("、");
    const go = [...d.after, ...d.before].find((ref) => desk.areas.get(ref));
    Wangge.twice(line, Wangge.DEEDS[d.kind]);
    line.append(`：${names(d.before)}${d.after.join() === d.before.join() ? "" : ` → ${names(d.after)}`}`);
    if (d.households) line.append(` · ${d.households.toLocaleString("zh-CN")} 户`);
    if (d.posts) line.append(` · ${d.posts} 个岗位`);
    if (d.area_m2 > 1) line.append(` · ${(d.area_m2 / 1e4).toLocaleString("zh-CN", { maximumFractionDigits: 2 })} 公顷`);
    if (go) line.append(" ", desk.forms.button(["前往", "Go"], () => desk.go(go), { "aria-label": `前往 Go ${go}` }));
    return line;
  }

  table(found) {
    const { desk } = this, rows = found.measures.filter((m) => m.level === desk.level), sign = (n) => (n ? desk.panel.signed(Math.round(n * 10) / 10) : "0");
    desk.id("measures").tBodies[0].replaceChildren(...rows.map((m) => {
      const row = Wangge.element("tr");
      row.append(Wangge.twice(Wangge.element("th", null, { scope: "row" }), Wangge.MEASURES[m.measure]), ...[m.a, m.b].map((n) => Wangge.element("td", Wangge.cell(n), { class: "number" })), Wangge.element("td", sign(m.delta), { class: "number" }));
      return row;
    }));
  }
};
