import { Viewer } from "../controller/viewer.js";
import { html, svg } from "../view/elements.js";

// Takes the place of the picture in an SVG document.
const root = document.documentElement;
const data = JSON.parse(document.getElementById("profile")?.textContent ?? "");
document.getElementById("picture")?.remove();
for (const name of ["viewBox", "role", "aria-labelledby"]) root.removeAttribute(name);
root.setAttribute("width", "100%");
root.setAttribute("height", "100%");
const frame = svg("foreignObject", { width: "100%", height: "100%" });
const host = html("div");
frame.append(host);
root.append(frame);
new Viewer(host, data);
