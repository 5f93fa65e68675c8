import { Viewer } from "../controller/viewer.js";
import { html, svg } from "../view/elements.js";

// Takes the place of the picture in an SVG document.
const root = document.documentElement;
const data = JSON.parse(document.getElementById("profile")?.textContent ?? "");
const picture = document.getElementById("picture");
picture?.remove();
const viewBox = root.getAttribute("viewBox") ?? "";
for (const name of ["viewBox", "role", "aria-labelledby"]) root.removeAttribute(name);
root.setAttribute("width", "100%");
root.setAttribute("height", "100%");
const frame = svg("foreignObject", { width: "100%", height: "100%" });
const host = html("div");
frame.append(host);
root.append(frame);
new Viewer(host, data);

// A window shows part of it, paper all: the picture as it was, made as large as a page.
addEventListener("beforeprint", () => {
  if (!picture) return;
  root.setAttribute("viewBox", viewBox);
  frame.setAttribute("display", "none");
  root.append(picture);
});
addEventListener("afterprint", () => {
  picture?.remove();
  root.removeAttribute("viewBox");
  frame.removeAttribute("display");
});
