const VERSION_COLORS = { 1: "var(--first)", 2: "var(--second)" };
const color = (version) => VERSION_COLORS[version] || "var(--warn)";
const versions = Object.keys(data.scores);
const end = data.intervals.length ? data.intervals[data.intervals.length - 1].to : 1;

/** A crosshair that snaps to intervals and says what they hold. */
function hover(plot, x, describe) {
  const tip = d3.select("#tip");
  const line = plot.svg.append("line").attr("class", "crosshair").attr("y1", plot.top).attr("y2", plot.bottom).style("display", "none");
  plot.svg.append("rect").attr("x", plot.left).attr("y", plot.top).attr("width", plot.right - plot.left).attr("height", plot.bottom - plot.top)
    .attr("fill", "transparent")
    .on("mousemove", (event) => {
      const at = x.invert(d3.pointer(event)[0]);
      const interval = data.intervals.find((it) => at < it.to);
      if (!interval) return;
      const middle = x((interval.from + interval.to) / 2);
      line.style("display", null).attr("x1", middle).attr("x2", middle);
      const flip = event.pageX > window.innerWidth - 240;
      tip.attr("hidden", null).html(`<b>${interval.from.toFixed(1)} to ${interval.to.toFixed(1)} s</b><br>` + describe(interval))
        .style("left", (event.pageX + (flip ? -200 : 16)) + "px").style("top", (event.pageY + 14) + "px");
    })
    .on("mouseleave", () => { tip.attr("hidden", true); line.style("display", "none"); });
}

const seconds = (value) => value + " s";
const middle = (it) => (it.from + it.to) / 2;

function throughput() {
  const plot = canvas("#throughput", 1180, 260);
  const row = (it, at) => ({ ...it.scoredPerSecond, dead: it.rejectedPerSecond, at });
  const rows = data.intervals.flatMap((it) => [row(it, it.from), row(it, it.to)]);
  const layers = d3.stack().keys([...versions, "dead"]).value((row, key) => row[key] || 0)(rows);
  const x = d3.scaleLinear([0, end], [plot.left, plot.right]);
  const y = d3.scaleLinear([0, d3.max(layers[layers.length - 1], (it) => it[1]) * 1.12], [plot.bottom, plot.top]).nice(4);
  axes(plot, x, y, { xFormat: seconds, yFormat: number, yTicks: 4 });
  const area = d3.area().x((it) => x(it.data.at)).y0((it) => y(it[0])).y1((it) => y(it[1]));
  const fill = (key) => (key === "dead" ? "var(--warn)" : color(key));
  plot.svg.append("g").selectAll("path").data(layers).join("path").attr("d", area).style("fill", (it) => fill(it.key)).attr("opacity", 0.85);
  marker(plot, x, data.publishedAt, "version 2 published");
  legend("#throughput-legend", [...versions.map((it) => ({ label: "version " + it, color: color(it) })), { label: "dead letters", color: "var(--warn)" }]);
  hover(plot, x, (it) => versions.map((v) => `version ${v}: ${number(it.scoredPerSecond[v] || 0)}/s`).join("<br>") + `<br>dead letters: ${number(it.rejectedPerSecond)}/s`);
}

function latency() {
  const plot = canvas("#latency", 1180, 240);
  const warm = (plot.right - plot.left) * Math.min(1, data.warmUp / end);
  plot.svg.append("rect").attr("class", "warm-up").attr("x", plot.left).attr("width", warm).attr("y", plot.top).attr("height", plot.bottom - plot.top);
  if (warm > 90) plot.svg.append("text").attr("x", plot.left + warm - 8).attr("y", plot.top + 16).attr("text-anchor", "end").text("warm-up");
  const rows = data.intervals.filter((it) => it.p99 > 0);
  const x = d3.scaleLinear([0, end], [plot.left, plot.right]);
  const low = Math.min(1, d3.min(rows, (it) => it.p50) || 1);
  const high = Math.max(10, d3.max(rows, (it) => it.p99) || 10);
  const y = d3.scaleLog([low * 0.8, high * 1.3], [plot.bottom, plot.top]);
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].filter((it) => it >= low * 0.8 && it <= high * 1.3);
  axes(plot, x, y, { xFormat: seconds, yFormat: (it) => it + " ms", yValues: ticks });
  const line = (value) => d3.line().x((it) => x(middle(it))).y((it) => y(Math.max(value(it), low))).curve(d3.curveMonotoneX)(rows);
  plot.svg.append("path").attr("d", d3.area().x((it) => x(middle(it))).y0((it) => y(Math.max(it.p50, low))).y1((it) => y(it.p99)).curve(d3.curveMonotoneX)(rows)).style("fill", "var(--second)").attr("opacity", 0.1);
  for (const [value, stroke] of [[(it) => it.p99, "var(--warn)"], [(it) => it.p50, "var(--second)"]]) {
    plot.svg.append("path").attr("d", line(value)).attr("fill", "none").style("stroke", stroke).attr("stroke-width", 2).attr("stroke-linejoin", "round");
  }
  marker(plot, x, data.publishedAt, "version 2 published");
  legend("#latency-legend", [{ label: "p50", color: "var(--second)" }, { label: "p99", color: "var(--warn)" }]);
  hover(plot, x, (it) => `p50: ${millis(it.p50)}<br>p99: ${millis(it.p99)}<br>visible to readers, p50: ${number(it.visibleP50)} ms`);
}

/** Log odds, labelled as probabilities. */
function scores(selector, spread, top) {
  const plot = canvas(selector, 560, 230);
  const bins = spread.legitimate.length;
  const x = d3.scaleLinear([spread.from, spread.from + bins * spread.width], [plot.left, plot.right]);
  const y = d3.scaleLinear([0, top * 1.08], [plot.bottom, plot.top]);
  const odds = (p) => Math.log(p / (1 - p));
  const shown = [0.00001, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99];
  axes(plot, x, y, { xValues: shown.map(odds), xFormat: (it) => { const p = 1 / (1 + Math.exp(-it)); return +(p * 100).toPrecision(2) + "%"; }, yFormat: d3.format(".0%"), yTicks: 4 });
  const steps = (shares) => shares.map((share, bin) => [spread.from + (bin + 0.5) * spread.width, share]);
  const area = d3.area().x((it) => x(it[0])).y0(plot.bottom).y1((it) => y(it[1])).curve(d3.curveMonotoneX);
  for (const [shares, fill] of [[spread.legitimate, "var(--legit)"], [spread.fraud, "var(--fraud)"]]) {
    plot.svg.append("path").attr("d", area(steps(shares))).style("fill", fill).attr("opacity", 0.28);
    plot.svg.append("path").attr("d", area.lineY1()(steps(shares))).attr("fill", "none").style("stroke", fill).attr("stroke-width", 1.8);
  }
}

function roc() {
  const plot = canvas("#roc", 560, 330);
  const x = d3.scaleLinear([0, 1], [plot.left, plot.right]);
  const y = d3.scaleLinear([0, 1], [plot.bottom, plot.top]);
  axes(plot, x, y, { xFormat: d3.format(".0%"), yFormat: d3.format(".0%"), xTicks: 5 });
  plot.svg.append("line").attr("x1", x(0)).attr("y1", y(0)).attr("x2", x(1)).attr("y2", y(1)).style("stroke", "var(--faint)").attr("stroke-dasharray", "3 4");
  for (const version of Object.keys(data.roc)) {
    const line = d3.line().x((it) => x(it.falsePositives)).y((it) => y(it.truePositives));
    plot.svg.append("path").attr("d", line(data.roc[version])).attr("fill", "none").style("stroke", color(version)).attr("stroke-width", 2.4).attr("stroke-linejoin", "round");
  }
  legend("#roc-legend", [...versions.map((it) => ({ label: "version " + it, color: color(it) })), { label: "guessing", color: "var(--faint)" }]);
}

/** A lane for each subtask and version, around the switch. */
function switchover() {
  const events = data.events.filter((it) => it.at >= data.publishedAt - 0.5);
  const tasks = [...new Set(data.events.map((it) => it.subtask))].sort((a, b) => a - b);
  if (!events.length) return;
  const last = Math.max(...events.map((it) => it.at));
  const span = Math.max(last - data.publishedAt, 0.02);
  const millisAfter = (at) => (at - data.publishedAt) * 1000;
  const from = millisAfter(data.publishedAt - span * 0.3);
  const to = millisAfter(last + span * 0.3);
  const plot = canvas("#switch", 1180, 48 + tasks.length * 78, { top: 18, right: 14, bottom: 28, left: 118 });
  const x = d3.scaleLinear([from, to], [plot.left, plot.right]).clamp(true);
  const lanes = tasks.flatMap((task) => versions.map((version) => ({ task, version: +version })));
  const y = d3.scaleBand(lanes.map((it) => it.task + "/" + it.version), [plot.top, plot.bottom]).paddingInner(0.25).paddingOuter(0.1);
  const ticks = x.ticks(8);
  axes(plot, x, d3.scaleLinear([0, 1], [plot.bottom, plot.top]), { xValues: ticks, xFormat: (it) => number(it) + " ms", yValues: [] });
  for (const { task, version } of lanes) {
    const own = data.events.filter((it) => it.subtask === task && it.version === version).sort((a, b) => a.at - b.at);
    const top = y(task + "/" + version);
    plot.svg.append("text").attr("x", 0).attr("y", top + y.bandwidth() / 2 + 4).text(`subtask ${task}, v${version}`);
    own.forEach((event, index) => {
      if (event.state === "END") return;
      const next = own[index + 1];
      const x1 = x(millisAfter(event.at)), x2 = x(next ? millisAfter(next.at) : to);
      if (x2 - x1 <= 0) return;
      const scoring = event.state === "AVAILABLE" && event.active;
      plot.svg.append("rect").attr("x", x1).attr("width", Math.max(x2 - x1, 2)).attr("y", top).attr("height", y.bandwidth()).attr("rx", 4)
        .style("fill", color(version)).attr("opacity", scoring ? 0.95 : 0.3);
      const label = scoring ? "scores" : event.state.toLowerCase();
      if (x2 - x1 > 8 * label.length + 12) {
        plot.svg.append("text").attr("x", x1 + 9).attr("y", top + y.bandwidth() / 2 + 4).text(label).style("fill", scoring ? "var(--card)" : "var(--text)").style("font-weight", 600);
      }
    });
  }
  marker(plot, x, 0, "");
  plot.svg.append("text").attr("x", x(0)).attr("y", plot.top - 8).attr("text-anchor", "middle").text("published");
  legend("#switch-legend", versions.map((it) => ({ label: "version " + it, color: color(it) })));
}

throughput();
latency();
const top = d3.max(Object.values(data.scores), (it) => Math.max(...it.legitimate, ...it.fraud));
for (const version of versions) if (document.getElementById("scores-" + version)) scores("#scores-" + version, data.scores[version], top);
legend(".scores-legend", [{ label: "legitimate", color: "var(--legit)" }, { label: "fraud", color: "var(--fraud)" }]);
roc();
switchover();
