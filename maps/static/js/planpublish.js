// Publishing: what stands in the way, a second person's word, and the sheet of what it changes.
"use strict";

Wangge.SOFT = { SIZE_OUT_OF_NORM: ["户数超出规模", "size out of norm"], MULTIPART: ["有飞地", "in several pieces"], SLIVER: ["细缝", "slivers"] };

Wangge.TOOLS.publish = class extends Wangge.Tool {
  words() { return ["全面检查后发布；发布后成为现行版本，不能再改", "Checked as a whole, then published for good"]; }

  begin() {
    const { desk } = this, on = (id, act) => desk.id(id).addEventListener("click", act);
    desk.id("publish").hidden = false;
    desk.id("impact").hidden = true;
    if (!this.listening) {
      this.listening = true;
      on("approve", () => this.approve());
      on("rebase", () => this.rebase(false));
      desk.id("publishing").addEventListener("submit", (e) => { e.preventDefault(); this.publish(); });
    }
    return this.check();
  }

  end() { this.desk.id("publish").hidden = true; }

  async check() {
    const { desk } = this;
    desk.id("verdict").textContent = "正在全面检查… Checking";
    await desk.guard(async () => {
      const [found, approvals] = [await desk.plan.of("/check"), await desk.plan.of("/approvals")];
      if (desk.tool !== this) return;
      this.tell(found);
      this.approved(approvals);
      window.__checked = performance.now();
    });
  }

  tell(found) {
    const { desk } = this, { blocking } = found, rest = found.findings.length - blocking.length;
    desk.id("verdict").replaceChildren();
    Wangge.twice(desk.id("verdict"), blocking.length ? [`${blocking.length} 个问题阻止发布`, `${blocking.length} findings block it`] : ["✓ 没有阻止发布的问题", "Nothing blocks it"]);
    if (rest) desk.id("verdict").append(`；原有 ${rest} 个提示`);
    desk.id("findings").replaceChildren(...blocking.slice(0, 40).map((f) => this.line(f)));
    const soft = [...new Set(blocking.filter((f) => f.severity !== "error").map((f) => f.code))];
    desk.id("accepting").hidden = !soft.length;
    desk.id("accepting").replaceChildren(Wangge.twice(Wangge.element("legend"), ["说明后接受", "Accept with a reason"]), ...soft.map((code) => {
      const label = Wangge.element("label"), box = Wangge.element("input", null, { type: "checkbox", value: code });
      label.append(box, Wangge.twice(Wangge.element("span"), Wangge.SOFT[code] || [code]), `（${blocking.filter((f) => f.code === code).length}）`);
      return label;
    }));
    const stale = desk.told.base < desk.values.latest;
    desk.id("rebase").hidden = !stale;
  }

  line(f) {
    const { desk } = this, line = Wangge.element("li", f.zh), it = f.features.map((ref) => desk.areas.get(ref)).find(Boolean);
    line.append(" ", Wangge.element("span", f.en, { lang: "en", class: "en" }));
    if (it) line.append(" ", desk.forms.button(["前往", "Go"], () => desk.go(it.ref), { "aria-label": `前往 Go ${it.ref}` }));
    return line;
  }

  approved({ needed, by }) {
    const { desk } = this, others = by.filter((who) => who !== desk.plan.who);
    const zh = by.length ? `${by.join("、")} 已审核这一步` : needed ? "须由另一人审核这一步" : "本部署不要求另一人审核";
    desk.id("approvals").replaceChildren();
    Wangge.twice(desk.id("approvals"), [zh, needed && !others.length ? "a second person must approve" : "approval"]);
  }

  async approve() {
    const { desk } = this;
    await desk.guard(async () => {
      await desk.plan.make("/approvals", undefined, { keep: true });
      this.approved(await desk.plan.of("/approvals"));
      desk.say("已审核通过这一步", "Approved as it stands");
    });
  }

  async rebase(drop) {
    const { desk } = this;
    try {
      await desk.plan.of("/rebase", { method: "POST", body: { drop_clashes: drop } });
      desk.anew(await desk.plan.read());
      desk.choose("publish");
    } catch (fault) {
      if (fault.code !== "conflict") return desk.guard(() => { throw fault; });
      desk.say(`${fault.message}：${fault.where.join("；")}`, fault.en);
      const row = Wangge.element("div", null, { class: "way offered" });
      row.append(Wangge.twice(Wangge.element("p"), ["冲突的操作可以放弃", "What clashes can be left out"]), desk.forms.button(["放弃并变基", "Leave out"], () => this.rebase(true)));
      desk.forms.show(row);
    }
    return undefined;
  }

  async publish() {
    const { desk } = this, accept = [...desk.id("accepting").querySelectorAll("input:checked")].map((box) => box.value);
    desk.say("正在发布…", "Publishing");
    await desk.guard(async () => {
      const done = await desk.plan.of("/publication", { method: "POST", body: { why: desk.id("why").value.trim(), accept }, headers: { "If-Match": `"${desk.plan.step}"` } });
      desk.told = { ...desk.told, state: "published" };
      desk.values.latest = done.revision;
      desk.stand();
      this.impact(done);
      desk.say(`已发布为第 ${done.revision} 版`, `Published as revision ${done.revision}`);
    });
  }

  // The sheet of what it changes, and the proof.
  impact(done) {
    const { desk } = this, root = desk.id("impact"), list = Wangge.element("dl"), add = (words, text) => list.append(Wangge.twice(Wangge.element("dt"), words), Wangge.element("dd", text));
    const moved = done.impact.households_moved || {}, posts = done.impact.staff_posts || {};
    desk.id("publishing").hidden = true;
    root.hidden = false;
    add(["版本", "Revision"], String(done.revision));
    for (const sheet of desk.scene.sheets) if (moved[sheet.key]) add([`${sheet.words[0]}换格户数`, `Households with another ${sheet.words[1].toLowerCase()}`], Wangge.cell(moved[sheet.key]));
    for (const [role, count] of Object.entries(posts)) add([`${role} 岗位`, "posts"], Wangge.cell(count));
    add(["证书摘要", "Digest of the certificate"], done.sha256);
    const proof = Wangge.twice(Wangge.element("a", null, { href: `/v1/scenarios/${encodeURIComponent(desk.plan.link)}/certificate`, download: `certificate-${done.revision}.json` }), ["下载发布证书", "Certificate"]);
    root.replaceChildren(Wangge.twice(Wangge.element("h3"), ["影响单", "Impact sheet"]), list, proof);
  }
};
